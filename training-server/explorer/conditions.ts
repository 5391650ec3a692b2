import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { RecordingFilters } from '@spira/shared/protocol/recordingFilters.ts'
import type { Facet, HistogramName } from '@spira/shared/protocol/recordingsApi.ts'

/** A condition on a row of `recording_index`. */
export type Condition = RawBuilder<SqlBool>

/** The column behind each facet. */
export const FACET_COLUMN: Readonly<Record<Facet, string>> = {
  site: 'site_id',
  device: 'device_id',
  task: 'task',
  label: 'label',
  cause: 'cause',
  quality: 'quality',
  decision: 'decision',
  curation: 'curation',
  sex: 'sex',
}

/** The column behind each strip, and the filters that cut it. */
export const RANGE_COLUMN = {
  age: 'age_years',
  spo2: 'spo2',
  snr: 'snr_db',
  score: 'score',
  disagreement: 'disagreement',
} as const satisfies Record<HistogramName, string>

/** What may narrow the rows down by itself: a facet, a strip, or one of those that are neither. */
export type ConditionName = Facet | HistogramName | 'search' | 'day'

/** Each filter that is set, as SQL over `recording_index`, by name. Values travel as parameters. */
export function conditionsOf(filters: RecordingFilters): Map<ConditionName, Condition> {
  const conditions = new Map<ConditionName, Condition>()
  for (const [facet, column] of Object.entries(FACET_COLUMN) as [Facet, string][]) {
    const wanted = filters[facet]
    if (wanted !== undefined && wanted.length > 0) conditions.set(facet, oneOf(column, wanted))
  }
  for (const [name, column] of Object.entries(RANGE_COLUMN) as [HistogramName, string][])
    add(conditions, name, between(column, filters[`${name}From`], filters[`${name}To`]))
  const { dayFrom, dayTo, search } = filters
  // Days of the server's clock (UTC), both within.
  add(conditions, 'day', [
    ...(dayFrom === undefined ? [] : [sql<SqlBool>`started_at >= ${dayFrom}::date::timestamp at time zone 'UTC'`]),
    ...(dayTo === undefined ? [] : [sql<SqlBool>`started_at < (${dayTo}::date + 1)::timestamp at time zone 'UTC'`]),
  ])
  // Contained anywhere, whatever the case; no character of the search is a wildcard.
  if (search !== undefined && search !== '')
    conditions.set('search', sql<SqlBool>`strpos(search, lower(${search})) > 0`)
  return conditions
}

/** All must hold; with none, every row does. */
export const every = (conditions: Iterable<Condition>): Condition => {
  const all = [...conditions]
  return all.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`(${sql.join(all, sql` and `)})`
}

function oneOf(column: string, wanted: readonly string[]): Condition {
  const there = wanted.filter((value) => value !== 'none')
  const alternatives = [
    ...(there.length > 0 ? [sql<SqlBool>`${sql.ref(column)}::text = any(${there})`] : []),
    ...(there.length < wanted.length ? [sql<SqlBool>`${sql.ref(column)} is null`] : []),
  ]
  return sql<SqlBool>`(${sql.join(alternatives, sql` or `)})`
}

const between = (column: string, from: number | undefined, to: number | undefined): Condition[] => [
  ...(from === undefined ? [] : [sql<SqlBool>`${sql.ref(column)} >= ${from}`]),
  ...(to === undefined ? [] : [sql<SqlBool>`${sql.ref(column)} <= ${to}`]),
]

function add(conditions: Map<ConditionName, Condition>, name: ConditionName, parts: readonly Condition[]): void {
  if (parts.length > 0) conditions.set(name, every(parts))
}
