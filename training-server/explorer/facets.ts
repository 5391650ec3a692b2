import { sql } from 'kysely'
import type { RecordingFilters } from '@spira/shared/protocol/recordingFilters.ts'
import { FACETS, type FacetsReply, HISTOGRAMS, type HistogramName } from '@spira/shared/protocol/recordingsApi.ts'
import type { ServerContext } from '../server/context.ts'
import { type ConditionName, conditionsOf, FACET_COLUMN, RANGE_COLUMN } from './conditions.ts'

const MOST_VALUES = 40

interface Counted {
  readonly facet: string
  readonly value: string | null
  readonly name: string | null
  readonly count: number
}

/**
 * How many recordings each value of each facet, and each bin of each strip, would leave while all OTHER filters hold. One pass over the
 * index: a row carries the number of the one filter it fails (0: none; rows that fail two count nowhere), and each facet counts the rows
 * that fail none or its own filter alone.
 */
export async function facetsOf({ db }: Pick<ServerContext, 'db'>, filters: RecordingFilters): Promise<FacetsReply> {
  const conditions = [...conditionsOf(filters)]
  const bit = new Map<ConditionName, number>(conditions.map(([name], index) => [name, 2 ** index]))
  const failed =
    conditions.length === 0
      ? sql`0`
      : sql.join(
          conditions.map(([name, condition]) => sql`case when ${condition} then 0 else ${bit.get(name) ?? 0}::int end`),
          sql` + `,
        )
  const alone = (name: ConditionName) => sql`failed in (0, ${bit.get(name) ?? 0}::int)`

  const facetCounts = FACETS.map((facet) => {
    const column = sql.ref(FACET_COLUMN[facet])
    const name = facet === 'site' || facet === 'device' ? sql`min(${sql.ref(facet)})` : sql`null::text`
    return sql`(select ${facet}::text as facet, ${column}::text as value, ${name} as name, count(*)::int as count from matching
      where ${alone(facet)} group by ${column} order by count(*) desc limit ${MOST_VALUES})`
  })
  const histogramCounts = Object.entries(HISTOGRAMS).map(([name, { from, step, bins }]) => {
    const strip = name as HistogramName
    const column = sql.ref(RANGE_COLUMN[strip])
    // 1e-9: 0.15 / 0.05 is a hair below 3. `least` passes over a null: what is missing must not be counted as the highest.
    const bin = sql`case when ${column} is not null then
      greatest(0, least(${bins - 1}::int, floor((${column} - ${from}::float8) / ${step}::float8 + 1e-9)::int)) end`
    return sql`(select ${strip}::text as facet, (${bin})::text as value, null::text as name, count(*)::int as count from matching
      where ${alone(strip)} group by 2)`
  })
  const total = sql`(select 'total'::text as facet, null::text as value, null::text as name, count(*)::int as count from matching where failed = 0)`
  const { rows } = await sql<Counted>`
    with matching as materialized (
      select site_id, site, device_id, device, task, label, cause, quality, decision, curation, sex, age_years, spo2, snr_db, score,
        failed from (select *, ${failed} as failed from recording_index) as judged
      where failed & (failed - 1) = 0
    )
    ${sql.join([total, ...facetCounts, ...histogramCounts], sql` union all `)}`.execute(db)

  const of = (facet: string): Counted[] => rows.filter((row) => row.facet === facet)
  return {
    total: of('total')[0]?.count ?? 0,
    facets: Object.fromEntries(
      FACETS.map((facet) => [
        facet,
        of(facet).map(({ value, name, count }) => ({ value: value ?? 'none', name, count })),
      ]),
    ) as FacetsReply['facets'],
    histograms: Object.fromEntries(
      Object.entries(HISTOGRAMS).map(([name, { bins }]) => {
        const counted = of(name)
        const counts = Array.from({ length: bins }, () => 0)
        for (const { value, count } of counted) if (value !== null) counts[Number(value)] = count
        return [name, { counts, missing: counted.find(({ value }) => value === null)?.count ?? 0 }]
      }),
    ) as FacetsReply['histograms'],
  }
}
