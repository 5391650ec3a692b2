import { Button, Drawer, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { RecordingRow } from '@spira/shared/protocol/consoleApi.ts'
import { IconSearch, IconWaveSine } from '@tabler/icons-react'
import { useCallback, useMemo, useState } from 'react'
import { useText } from '../catalogue.ts'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { OverviewFigures } from './OverviewFigures.tsx'
import { RecordingDetails } from './RecordingDetails.tsx'
import { LABEL_FILTERS, type LabelFilter, useRecordings } from './recordings.ts'
import styles from './RecordingsPage.module.css'
import { RecordingsTable } from './RecordingsTable.tsx'

export function RecordingsPage() {
  const text = useText()
  const [label, setLabel] = useState<LabelFilter>('all')
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed.trim(), 250)
  const [opened, setOpened] = useState<RecordingRow | null>(null)
  const recordings = useRecordings({ label, search })
  const rows = useMemo(() => recordings.data?.pages.flatMap(({ items }) => items) ?? [], [recordings.data])
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = recordings
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage])
  const total = recordings.data?.pages[0]?.total ?? 0
  const filtered = label !== 'all' || search !== ''

  return (
    <Page title={text('page.recordings')} explanation={text('recordings.explanation')}>
      <OverviewFigures />
      <div className={styles.filters}>
        <TextInput
          className={styles.search}
          type="search"
          aria-label={text('recordings.search')}
          placeholder={text('recordings.search')}
          maxLength={40}
          leftSection={<IconSearch size={18} stroke={1.8} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-testid="recordings-search"
        />
        <NativeSelect
          aria-label={text('recording.label')}
          value={label}
          onChange={(event) => {
            const chosen = LABEL_FILTERS.find((filter) => filter === event.currentTarget.value)
            if (chosen !== undefined) setLabel(chosen)
          }}
          data={LABEL_FILTERS.map((value) => ({ value, label: text(`filter.${value}`) }))}
          data-testid="recordings-label"
        />
        <output className={styles.count}>{recordings.isSuccess && text('recordings.count', { count: total })}</output>
      </div>
      {recordings.isPending && <Loading lines={8} />}
      {recordings.error !== null && (
        <Failure
          error={recordings.error}
          onRetry={() => void (isFetchNextPageError ? fetchNextPage() : recordings.refetch())}
        />
      )}
      {recordings.isSuccess && rows.length === 0 && (
        <Empty icon={IconWaveSine} title={text(filtered ? 'recordings.noneFound' : 'recordings.none')}>
          {filtered ? (
            <Button
              variant="default"
              mt="sm"
              onClick={() => {
                setLabel('all')
                setTyped('')
              }}
            >
              {text('recordings.showAll')}
            </Button>
          ) : (
            text('recordings.noneYet')
          )}
        </Empty>
      )}
      {rows.length > 0 && <RecordingsTable rows={rows} onOpen={setOpened} onEnd={onEnd} />}
      {isFetchingNextPage && <Loading lines={2} />}
      <Drawer
        opened={opened !== null}
        onClose={() => setOpened(null)}
        position="right"
        size="xl"
        title={opened?.participantCode}
        closeButtonProps={{ 'aria-label': text('dialog.close'), size: 44 }}
        classNames={{ title: styles.drawerTitle }}
      >
        {opened !== null && <RecordingDetails recording={rows.find(({ id }) => id === opened.id) ?? opened} />}
      </Drawer>
    </Page>
  )
}
