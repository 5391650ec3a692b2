import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { RecordingFilters } from '@spira/shared/protocol/recordingFilters.ts'
import {
  type Facet,
  FACETS,
  type FacetsReply,
  type FacetValue,
  type FacetValues,
  type facetValuesQuerySchema,
  HISTOGRAMS,
  type HistogramName,
} from '@spira/shared/protocol/recordingsApi.ts'
import type { ServerContext } from '../server/context.ts'
import { type Condition, type ConditionName, conditionsOf, FACET_COLUMN, RANGE_COLUMN } from './conditions.ts'

/** Causes are free text and may be many; sites and devices are those of the place, and all sent. What is cut is said, and can be found. */
const MOST_VALUES: Readonly<Partial<Record<Facet, number>>> = { cause: 40 }

/** How many rows fail `failed` alone (0: none) and have the value in the column of one facet or strip. */
interface Counted {
  readonly name: FacetOrStrip
  readonly failed: number
  readonly value: string | null
  readonly title: string | null
  readonly count: number
}
type FacetOrStrip = Facet | HistogramName
/** Shown by the name that is in the column of the same name. */
const TITLED: ReadonlySet<FacetOrStrip> = new Set(['site', 'device'])
const STRIPS = Object.keys(HISTOGRAMS) as HistogramName[]

/**
 * How many recordings each value of each facet, and each bin of each strip, would leave while all OTHER filters hold. One pass over the
 * index, by grouping sets: a row carries the number of the one filter it fails (0: none; rows that fail two count nowhere), and each
 * facet adds up the rows that fail none or its own filter alone.
 */
export async function facetsOf({ db }: Pick<ServerContext, 'db'>, filters: RecordingFilters): Promise<FacetsReply> {
  const counted = await count(db, filters, [...FACETS, ...STRIPS])
  const values = FACETS.map((facet) => [facet, cut(facet, valuesOf(counted(facet)), filters)] as const)
  return {
    total: counted(FACETS[0])
      .filter(({ failed }) => failed === 0)
      .reduce((sum, { count: rows }) => sum + rows, 0),
    facets: Object.fromEntries(values.map(([facet, own]) => [facet, own.values])) as FacetsReply['facets'],
    more: Object.fromEntries(values.map(([facet, own]) => [facet, own.more])) as FacetsReply['more'],
    histograms: Object.fromEntries(
      STRIPS.map((name) => {
        const counts = Array.from({ length: HISTOGRAMS[name].bins }, () => 0)
        let missing = 0
        for (const { value, count: rows } of counted(name))
          if (value === null) missing += rows
          else counts[Number(value)] = (counts[Number(value)] ?? 0) + rows
        return [name, { counts, missing }]
      }),
    ) as FacetsReply['histograms'],
  }
}

/** The values of one facet that contain a text, in themselves or in their name. */
export async function facetValuesOf(
  { db }: Pick<ServerContext, 'db'>,
  facet: Facet,
  { containing, ...filters }: z.infer<typeof facetValuesQuerySchema>,
): Promise<FacetValues> {
  const counted = await count(db, filters, [facet])
  const wanted = containing.toLocaleLowerCase()
  return cut(
    facet,
    valuesOf(counted(facet)).filter(({ value, name }) => (name ?? value).toLocaleLowerCase().includes(wanted)),
    {},
  )
}

/** The most frequent first. */
const valuesOf = (counted: readonly Counted[]): FacetValue[] =>
  [...Map.groupBy(counted, ({ value }) => value)]
    .map(([value, rows]) => ({
      value: value ?? 'none',
      name: rows[0]?.title ?? null,
      count: rows.reduce((sum, { count: own }) => sum + own, 0),
    }))
    .toSorted((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1))

/** As many as are sent; those that the filter names stay among them, to be taken back. */
function cut(facet: Facet, values: readonly FacetValue[], filters: RecordingFilters): FacetValues {
  const most = MOST_VALUES[facet] ?? values.length
  const chosen: readonly string[] = filters[facet] ?? []
  const sent = values.filter(({ value }, place) => place < most || chosen.includes(value))
  return { values: sent, more: values.length - sent.length }
}

/** The rows that each of `names` counts: those that fail no filter, or its own alone. */
async function count(
  db: ServerContext['db'],
  filters: RecordingFilters,
  names: readonly FacetOrStrip[],
): Promise<(name: FacetOrStrip) => Counted[]> {
  const conditions = [...conditionsOf(filters)]
  const bit = new Map<ConditionName, number>(conditions.map(([name], index) => [name, 2 ** index]))
  const counted = await countAll(db, conditions, bit, names)
  return (name) => counted.filter((row) => row.name === name && (row.failed === 0 || row.failed === bit.get(name)))
}

async function countAll(
  db: ServerContext['db'],
  conditions: readonly (readonly [ConditionName, Condition])[],
  bit: ReadonlyMap<ConditionName, number>,
  names: readonly FacetOrStrip[],
): Promise<Counted[]> {
  const failed =
    conditions.length === 0
      ? sql`0`
      : sql.join(
          conditions.map(([name, condition]) => sql`case when ${condition} then 0 else ${bit.get(name) ?? 0}::int end`),
          sql` + `,
        )
  const value = (name: FacetOrStrip) => sql.ref(`value_${names.indexOf(name)}`)
  const columns = names.map((name) => sql`${expressionOf(name)} as ${value(name)}`)
  const titled = names.filter((name) => TITLED.has(name))
  const title = titled.length === 0 ? sql`null::text` : sql`coalesce(${sql.join(titled.map((name) => sql.ref(name)))})`
  const sets = names.map(
    (name) => sql`(${sql.join([sql.ref('failed'), value(name), ...(TITLED.has(name) ? [sql.ref(name)] : [])])})`,
  )
  const { rows } = await sql<{
    ungrouped: number
    failed: number
    value: string | null
    title: string | null
    count: number
  }>`
    select grouping(${sql.join(names.map(value))}) as ungrouped, failed, coalesce(${sql.join(names.map((name) => sql`${value(name)}::text`))}) as value,
      ${title} as title, count(*)::int as count
    from (select ${sql.join(columns)}, site, device, failed from (select *, ${failed} as failed from recording_index) as judged
      where failed & (failed - 1) = 0) as matching
    group by grouping sets (${sql.join(sets)})`.execute(db)
  // grouping() has a 1 for every column that a row is not grouped by, the last column's as the lowest bit.
  const all = 2 ** names.length - 1
  const nameOf = new Map(names.map((name, index) => [all - 2 ** (names.length - 1 - index), name]))
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
