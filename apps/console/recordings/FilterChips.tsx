import {
  type Facet,
  FACETS,
  HISTOGRAMS,
  type HistogramName,
  type FacetsReply,
} from '@spira/shared/protocol/recordingsApi.ts'
import { IconX } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import type { Explorer } from './explorerSearch.ts'
import styles from './FilterChips.module.css'
import { useFacetText } from './facetText.ts'

/** What narrows the list, a word each; touching one takes it away. */
export function FilterChips({ explorer, facets }: { explorer: Explorer; facets: FacetsReply | undefined }) {
  const text = useText()
  const facetText = useFacetText()
  const { formatNumber, formatDate } = useIntl()
  const { filters, change, replace, sort } = explorer
  if (!explorer.isFiltered) return null
  const figure = (name: HistogramName, value: number): string =>
    name === 'score'
      ? formatNumber(value, { style: 'percent', maximumFractionDigits: 0 })
      : formatNumber(value, { maximumFractionDigits: 1 })
  const chips = [
    ...FACETS.flatMap((facet: Facet) =>
      (filters[facet] ?? []).map((value) => ({
        key: `${facet}:${value}`,
        words: `${text(`facet.${facet}`)}: ${facetText(facet, value, facets?.facets[facet].find((each) => each.value === value)?.name)}`,
        remove: () => {
          const left = (filters[facet] ?? []).filter((each) => each !== value)
          change({ [facet]: left.length > 0 ? left : undefined })
        },
      })),
    ),
    ...(Object.keys(HISTOGRAMS) as HistogramName[]).flatMap((name) => {
      const from = filters[`${name}From`]
      const to = filters[`${name}To`]
      if (from === undefined && to === undefined) return []
      const { from: first, step, bins } = HISTOGRAMS[name]
      const range = { from: figure(name, from ?? first), to: figure(name, to ?? first + step * bins) }
      return [
        {
          key: name,
          words: `${text(`histogram.${name}`)}: ${text('histogram.range', range)}`,
          remove: () => change({ [`${name}From`]: undefined, [`${name}To`]: undefined }),
        },
      ]
    }),
    ...(filters.disagreementFrom === undefined
      ? []
      : [
          {
            key: 'disagreement',
            words: text('chip.disagreement', {
              from: formatNumber(filters.disagreementFrom, { style: 'percent', maximumFractionDigits: 0 }),
            }),
            remove: () => change({ disagreementFrom: undefined }),
          },
        ]),
    ...(filters.dayFrom === undefined
      ? []
      : [
          {
            key: 'dayFrom',
            words: text('chip.dayFrom', { day: formatDate(filters.dayFrom, { timeZone: 'UTC', dateStyle: 'medium' }) }),
            remove: () => change({ dayFrom: undefined }),
          },
        ]),
    ...(filters.dayTo === undefined
      ? []
      : [
          {
            key: 'dayTo',
            words: text('chip.dayTo', { day: formatDate(filters.dayTo, { timeZone: 'UTC', dateStyle: 'medium' }) }),
            remove: () => change({ dayTo: undefined }),
          },
        ]),
    ...(filters.search === undefined
      ? []
      : [{ key: 'search', words: `“${filters.search}”`, remove: () => change({ search: undefined }) }]),
  ]
  return (
    <div className={styles.chips} data-testid="filter-chips">
      {chips.map(({ key, words, remove }) => (
        <button key={key} type="button" onClick={remove} aria-label={text('chip.remove', { what: words })}>
          {words}
          <IconX size={16} stroke={2} aria-hidden />
        </button>
      ))}
      <button
        type="button"
        className={styles.all}
        onClick={() => replace(sort === 'newest' ? {} : { sort })}
        data-testid="filters-clear"
      >
        {text('recordings.showAll')}
      </button>
    </div>
  )
}
