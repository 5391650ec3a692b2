import type { RecordingFilters } from '@spira/shared/protocol/recordingFilters.ts'
import type { ShownFacets } from '@spira/shared/protocol/annotatorSight.ts'
import {
  type Facet,
  FACETS,
  type FacetValue,
  HISTOGRAMS,
  type HistogramName,
} from '@spira/shared/protocol/recordingsApi.ts'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { useFacetText } from './facetText.ts'
import { isShare } from './figures.ts'

export interface FilterWords {
  readonly key: string
  readonly words: string
  /** The change that takes this one away. */
  readonly without: Partial<Record<keyof RecordingFilters, unknown>>
}

/** Each filter in words. `facets` knows the names of sites and devices. */
export function useFilterWords(facets: ShownFacets | undefined): (filters: RecordingFilters) => FilterWords[] {
  const text = useText()
  const known: Partial<Record<Facet, readonly FacetValue[]>> = facets?.facets ?? {}
  const facetText = useFacetText()
  const { formatNumber, formatDate } = useIntl()
  const figure = (name: HistogramName, value: number): string =>
    isShare(name)
      ? formatNumber(value, { style: 'percent', maximumFractionDigits: 0 })
      : formatNumber(value, { maximumFractionDigits: 1 })
  const day = (value: string): string => formatDate(value, { timeZone: 'UTC', dateStyle: 'medium' })
  return (filters) => [
    ...FACETS.flatMap((facet) => {
      const chosen: readonly string[] = filters[facet] ?? []
      return chosen.map((value) => {
        const name = known[facet]?.find((each) => each.value === value)?.name
        const left = chosen.filter((each) => each !== value)
        return {
          key: `${facet}:${value}`,
          words: `${text(`facet.${facet}`)}: ${facetText(facet, value, name)}`,
          without: { [facet]: left.length > 0 ? left : undefined },
        }
      })
    }),
    ...(Object.keys(HISTOGRAMS) as HistogramName[]).flatMap((name) => {
      const [from, to] = [filters[`${name}From`], filters[`${name}To`]]
      if (from === undefined && to === undefined) return []
      const { from: first, step, bins } = HISTOGRAMS[name]
      const range = { from: figure(name, from ?? first), to: figure(name, to ?? first + step * bins) }
      return {
        key: name,
        words: `${text(`histogram.${name}`)}: ${text('histogram.range', range)}`,
        without: { [`${name}From`]: undefined, [`${name}To`]: undefined },
      }
    }),
    ...(filters.dayFrom === undefined
      ? []
      : [
          {
            key: 'dayFrom',
            words: text('chip.dayFrom', { day: day(filters.dayFrom) }),
            without: { dayFrom: undefined },
          },
        ]),
    ...(filters.dayTo === undefined
      ? []
      : [{ key: 'dayTo', words: text('chip.dayTo', { day: day(filters.dayTo) }), without: { dayTo: undefined } }]),
    ...(filters.search === undefined
      ? []
      : [{ key: 'search', words: `“${filters.search}”`, without: { search: undefined } }]),
  ]
}
