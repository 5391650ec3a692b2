import { Button, Drawer, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback, useDisclosure, useMediaQuery } from '@mantine/hooks'
import { isUnseenStrip, judgesByEar, SEEN_SORTS } from '@spira/shared/protocol/annotatorSight.ts'
import { recordingSortSchema } from '@spira/shared/protocol/recordingFilters.ts'
import type { FacetsReply } from '@spira/shared/protocol/recordingsApi.ts'
import { IconAdjustmentsHorizontal, IconEarScan, IconSearch, IconWaveSine } from '@tabler/icons-react'
import { memo, useEffect, useRef } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { type Explorer, useExplorer } from './explorerSearch.ts'
import { FacetPanel } from './FacetPanel.tsx'
import { FIGURES } from './figures.ts'
import { FilterChips } from './FilterChips.tsx'
import { HistogramStrip } from './HistogramStrip.tsx'
import strips from './HistogramStrip.module.css'
import { OverviewFigures } from './OverviewFigures.tsx'
import { useFacets } from './recordings.ts'
import styles from './RecordingsPage.module.css'
import { RecordingsTable } from './RecordingsTable.tsx'
import { SavedFilters } from './SavedFilters.tsx'
import { useWindowedRows } from './useWindowedRows.ts'

/** Everything that was recorded, and the way to any part of it. */
export function RecordingsPage() {
  const text = useText()
  const isByEar = judgesByEar(useRole())
  const explorer = useExplorer()
  const { head, ...rows } = useWindowedRows(explorer.query, explorer.sort)
  const facets = useFacets(explorer.query, head.isSuccess && !head.isPlaceholderData)
  const [drawer, filters] = useDisclosure(false)
  const isWide = useMediaQuery('(min-width: 105rem)', undefined, { getInitialValueInEffect: false })
  const histograms: Partial<FacetsReply['histograms']> = facets.data?.histograms ?? {}
  const shownTotal = head.data?.total ?? 0
  const panel = facets.data !== undefined && <FacetPanel facets={facets.data} explorer={explorer} />
  return (
    <Page
      title={text('page.recordings')}
      explanation={text('recordings.explanation')}
      actions={<SavedFilters explorer={explorer} />}
    >
      <div data-wide-page />
      <OverviewFigures />
      <div className={styles.explorer}>
        {isWide && <aside className={styles.side}>{panel}</aside>}
        <div className={styles.list}>
          <div className={strips.strips}>
            {FIGURES.filter((name) => !isByEar || !isUnseenStrip(name)).map((name) => (
              <HistogramStrip
                key={name}
                name={name}
                counts={histograms[name]?.counts}
                cutFrom={explorer.filters[`${name}From`]}
                cutTo={explorer.filters[`${name}To`]}
                change={explorer.change}
              />
            ))}
          </div>
          <div className={styles.filters}>
            <Search asked={explorer.filters.search ?? ''} change={explorer.change} />
            {!isWide && (
              <Button
                variant="default"
                leftSection={<IconAdjustmentsHorizontal size={18} stroke={1.8} aria-hidden />}
                onClick={filters.open}
                data-testid="filters-open"
              >
                {text('facets.title')}
              </Button>
            )}
            <Order isByEar={isByEar} sort={explorer.sort} change={explorer.change} />
            <output className={styles.count} data-testid="recordings-count">
              {head.isSuccess && text('recordings.count', { count: shownTotal })}
            </output>
          </div>
          {isByEar && (
            <p className={styles.unseen} data-testid="hidden-while-annotating">
              <IconEarScan size={18} stroke={1.8} aria-hidden />
              {text('recordings.byEar')}
            </p>
          )}
          <FilterChips explorer={explorer} facets={facets.data} />
          {head.isPending && <Loading lines={8} />}
          {head.error !== null && <Failure error={head.error} onRetry={() => void head.refetch()} />}
          {head.isSuccess && rows.total === 0 && (
            <Empty icon={IconWaveSine} title={text(explorer.isFiltered ? 'recordings.noneFound' : 'recordings.none')}>
              {text(explorer.isFiltered ? 'recordings.noneFoundYet' : 'recordings.noneYet')}
            </Empty>
          )}
          {rows.total > 0 && <RecordingsTable {...rows} isOld={head.isPlaceholderData} />}
        </div>
      </div>
      <Drawer
        opened={drawer && !isWide}
        onClose={filters.close}
        position="left"
        size="sm"
        title={text('facets.title')}
        closeButtonProps={{ 'aria-label': text('dialog.close'), size: 44 }}
        classNames={{ title: styles.drawerTitle }}
      >
        {panel}
      </Drawer>
    </Page>
  )
}

/** Searches when the typing rests; follows the address when that changes by itself. */
const Search = memo(function Search({ asked, change }: Pick<Explorer, 'change'> & { readonly asked: string }) {
  const text = useText()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // Who is typing is not interrupted.
    if (field.current !== null && document.activeElement !== field.current) field.current.value = asked
  }, [asked])
  const ask = useDebouncedCallback((search: string) => {
    change({ search: search === '' ? undefined : search })
  }, 200)
  return (
    <TextInput
      className={styles.search}
      type="search"
      aria-label={text('recordings.search')}
      placeholder={text('recordings.search')}
      maxLength={40}
      leftSection={<IconSearch size={18} stroke={1.8} aria-hidden />}
      ref={field}
      defaultValue={asked}
      onChange={(event) => ask(event.currentTarget.value.trim())}
      data-testid="recordings-search"
    />
  )
})

/** Which recordings come first. */
const Order = memo(function Order({ isByEar, sort, change }: Pick<Explorer, 'sort' | 'change'> & { isByEar: boolean }) {
  const text = useText()
  return (
    <NativeSelect
      aria-label={text('sort.label')}
      value={sort}
      onChange={(event) => {
        const chosen = recordingSortSchema.parse(event.currentTarget.value)
        change({ sort: chosen === 'newest' ? undefined : chosen })
      }}
      data={(isByEar ? SEEN_SORTS : recordingSortSchema.options).map((value) => ({
        value,
        label: text(`sort.${value}`),
      }))}
      data-testid="recordings-sort"
    />
  )
})
