import { type RawBuilder, sql } from 'kysely'
import type { RecordingFilters } from '@spira/shared/protocol/recordingFilters.ts'
import {
  type Facet,
  FACETS,
  type FacetsReply,
  HISTOGRAMS,
  type HistogramName,
} from '@spira/shared/protocol/recordingsApi.ts'
import type { ServerContext } from '../server/context.ts'
import { type Condition, type ConditionName, conditionsOf, FACET_COLUMN, RANGE_COLUMN } from './conditions.ts'

const MOST_VALUES = 40

/** How many rows fail `failed` alone (0: none) and have the value in the column of one facet or strip. */
interface Counted {
  readonly name: FacetOrStrip
  readonly failed: number
  readonly value: string | null
  readonly title: string | null
  readonly count: number
}
type FacetOrStrip = Facet | HistogramName
const STRIPS = Object.keys(HISTOGRAMS) as HistogramName[]
const COUNTED: readonly FacetOrStrip[] = [...FACETS, ...STRIPS]

/**
 * How many recordings each value of each facet, and each bin of each strip, would leave while all OTHER filters hold. One pass over the
 * index, by grouping sets: a row carries the number of the one filter it fails (0: none; rows that fail two count nowhere), and each
 * facet adds up the rows that fail none or its own filter alone.
 */
export async function facetsOf({ db }: Pick<ServerContext, 'db'>, filters: RecordingFilters): Promise<FacetsReply> {
  const conditions = [...conditionsOf(filters)]
  const bit = new Map<ConditionName, number>(conditions.map(([name], index) => [name, 2 ** index]))
  const counted = await countAll(db, conditions, bit)
  const of = (name: FacetOrStrip): Counted[] =>
    counted.filter((row) => row.name === name && (row.failed === 0 || row.failed === bit.get(name)))
  return {
    total: counted
      .filter(({ name, failed }) => name === FACETS[0] && failed === 0)
      .reduce((sum, { count }) => sum + count, 0),
    facets: Object.fromEntries(
      FACETS.map((facet) => [
        facet,
        [...Map.groupBy(of(facet), ({ value }) => value)]
          .map(([value, rows]) => ({
            value: value ?? 'none',
            name: facet === 'site' || facet === 'device' ? (rows[0]?.title ?? null) : null,
            count: rows.reduce((sum, { count }) => sum + count, 0),
          }))
          .toSorted((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1))
          .slice(0, MOST_VALUES),
      ]),
    ) as FacetsReply['facets'],
    histograms: Object.fromEntries(
      STRIPS.map((name) => {
        const counts = Array.from({ length: HISTOGRAMS[name].bins }, () => 0)
        let missing = 0
        for (const { value, count } of of(name))
          if (value === null) missing += count
          else counts[Number(value)] = (counts[Number(value)] ?? 0) + count
        return [name, { counts, missing }]
      }),
    ) as FacetsReply['histograms'],
  }
}

async function countAll(
  db: ServerContext['db'],
  conditions: readonly (readonly [ConditionName, Condition])[],
  bit: ReadonlyMap<ConditionName, number>,
): Promise<Counted[]> {
  const failed =
    conditions.length === 0
      ? sql`0`
      : sql.join(
          conditions.map(([name, condition]) => sql`case when ${condition} then 0 else ${bit.get(name) ?? 0}::int end`),
          sql` + `,
        )
  const value = (name: FacetOrStrip) => sql.ref(`value_${COUNTED.indexOf(name)}`)
  const columns = COUNTED.map((name) => sql`${expressionOf(name)} as ${value(name)}`)
  // A site and a device are shown by name.
  const titles = { site: [sql.ref('site')], device: [sql.ref('device')] } as Partial<
    Record<FacetOrStrip, RawBuilder<unknown>[]>
  >
  const sets = COUNTED.map((name) => sql`(${sql.join([sql.ref('failed'), value(name), ...(titles[name] ?? [])])})`)
  const { rows } = await sql<{
    ungrouped: number
    failed: number
    value: string | null
    title: string | null
    count: number
  }>`
    select grouping(${sql.join(COUNTED.map(value))}) as ungrouped, failed, coalesce(${sql.join(COUNTED.map((name) => sql`${value(name)}::text`))}) as value,
      coalesce(site, device) as title, count(*)::int as count
    from (select ${sql.join(columns)}, site, device, failed from (select *, ${failed} as failed from recording_index) as judged
      where failed & (failed - 1) = 0) as matching
    group by grouping sets (${sql.join(sets)})`.execute(db)
  // grouping() has a 1 for every column that a row is not grouped by, the last column's as the lowest bit.
  const all = 2 ** COUNTED.length - 1
  const nameOf = new Map(COUNTED.map((name, index) => [all - 2 ** (COUNTED.length - 1 - index), name]))
  return rows.flatMap(({ ungrouped, ...row }) => {
    const name = nameOf.get(ungrouped)
    return name === undefined ? [] : [{ name, ...row }]
  })
}

function expressionOf(name: FacetOrStrip): RawBuilder<unknown> {
  if (!isStrip(name)) return sql.ref(FACET_COLUMN[name])
  const { from, step, bins } = HISTOGRAMS[name]
  const column = sql.ref(RANGE_COLUMN[name])
  // 1e-9: 0.15 / 0.05 is a hair below 3. `least` passes over a null: what is missing must not be counted as the highest.
  return sql`case when ${column} is not null then
    greatest(0, least(${bins - 1}::int, floor((${column} - ${from}::float8) / ${step}::float8 + 1e-9)::int)) end`
}

const isStrip = (name: FacetOrStrip): name is HistogramName => Object.hasOwn(HISTOGRAMS, name)
