import { sql, type RawBuilder } from 'kysely'
import { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { RecordingSort } from '@spira/shared/protocol/recordingFilters.ts'
import {
  PLACE_ROWS,
  type placesQuerySchema,
  type placesReplySchema,
  type RecordingRow,
  type recordingsQuerySchema,
  type recordingsReplySchema,
} from '@spira/shared/protocol/recordingsApi.ts'
import type { ServerContext } from '../server/context.ts'
import { type Condition, conditionsOf, every } from './conditions.ts'

type Db = ServerContext['db']

/** Each order by one indexed expression and the id, so that it is total. What is missing comes last. */
const ORDERS: Readonly<Record<RecordingSort, { by: RawBuilder<unknown>; type: string; way: 'asc' | 'desc' }>> = {
  newest: { by: sql`started_at`, type: 'timestamptz', way: 'desc' },
  oldest: { by: sql`started_at`, type: 'timestamptz', way: 'asc' },
  'score-high': { by: sql`coalesce(score, -1)`, type: 'float8', way: 'desc' },
  'score-low': { by: sql`coalesce(score, 2)`, type: 'float8', way: 'asc' },
  disagreement: { by: sql`coalesce(disagreement, -1)`, type: 'float8', way: 'desc' },
  'snr-low': { by: sql`coalesce(snr_db, 1000)`, type: 'float8', way: 'asc' },
}

/** One page of the explorer. @throws SpiraError cursor_invalid */
export async function listRecordings(
  { db }: Pick<ServerContext, 'db'>,
  { sort, cursor, limit, ...filters }: z.infer<typeof recordingsQuerySchema>,
): Promise<z.infer<typeof recordingsReplySchema>> {
  const { by, type, way } = ORDERS[sort]
  const matching = every(conditionsOf(filters).values())
  const after = cursor === undefined ? every([]) : afterCursor(sort, cursor)
  const [page, total] = await Promise.all([
    sql<IndexRow & { orderedBy: string }>`
      select *, (${by})::text as ordered_by from recording_index where ${matching} and ${after}
      order by ${by} ${sql.raw(way)}, recording_id ${sql.raw(way)} limit ${limit + 1}`.execute(db),
    countOf(db, matching),
  ])
  const shown = page.rows.slice(0, limit)
  const last = shown.at(-1)
  const more = page.rows.length > limit && last !== undefined
  return {
    items: shown.map(toRecordingRow),
    nextCursor: more ? toCursor(last.orderedBy, last.recordingId) : null,
    total,
  }

  function afterCursor(order: RecordingSort, text: string): Condition {
    const [value, id] = readCursor(order, text)
    return sql`(${by}, recording_id) ${sql.raw(way === 'desc' ? '<' : '>')} (${value}::${sql.raw(type)}, ${id}::uuid)`
  }
}

/** The total and the cursor after every 100th row. */
export async function placesOf(
  { db }: Pick<ServerContext, 'db'>,
  { sort, ...filters }: z.infer<typeof placesQuerySchema>,
): Promise<z.infer<typeof placesReplySchema>> {
  const { by, way } = ORDERS[sort]
  const matching = every(conditionsOf(filters).values())
  const [places, total] = await Promise.all([
    sql<{ value: string; id: string }>`
      select value::text, id from (
        select ${by} as value, recording_id as id,
          row_number() over (order by ${by} ${sql.raw(way)}, recording_id ${sql.raw(way)}) as place
        from recording_index where ${matching}
      ) as ordered where place % ${PLACE_ROWS} = 0 order by place`.execute(db),
    countOf(db, matching),
  ])
  return { total, cursors: places.rows.map(({ value, id }) => toCursor(value, id)) }
}

const countOf = async (db: Db, matching: Condition): Promise<number> => {
  const { rows } = await sql<{
    total: string
  }>`select count(*) as total from recording_index where ${matching}`.execute(db)
  return Number(rows[0]?.total ?? 0)
}

const toCursor = (value: string, id: string): string => Buffer.from(JSON.stringify([value, id])).toString('base64url')

const cursorSchema = z.tuple([z.string().max(40), z.uuid()])
/** A cursor that was made for another order, or by hand, is refused in a sentence and not by the database. */
function readCursor(sort: RecordingSort, text: string): [string, string] {
  const parsed = cursorSchema.safeParse(jsonOf(Buffer.from(text, 'base64url').toString()))
  const isDate = ORDERS[sort].type === 'timestamptz'
  if (!parsed.success || (isDate ? !/^\d{4}-/.test(parsed.data[0]) : !Number.isFinite(Number(parsed.data[0]))))
    throw new SpiraError('cursor_invalid')
  if (isDate && Number.isNaN(Date.parse(`${parsed.data[0].slice(0, 19).replace(' ', 'T')}Z`)))
    throw new SpiraError('cursor_invalid')
  return parsed.data
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A row as the driver gives it. */
export interface IndexRow {
  readonly recordingId: string
  readonly encounterId: string
  readonly participantCode: string
  readonly sex: string | null
  readonly ageYears: number | null
  readonly site: string
  readonly device: string
  readonly simulated: boolean
  readonly task: RecordingRow['task']
  readonly startedAt: Date
  readonly durationMs: number
  readonly filed: boolean
  readonly quality: RecordingRow['quality']
  readonly snrDb: number | null
  readonly spo2: number | null
  readonly label: RecordingRow['label']
  readonly cause: string | null
  readonly score: number | null
  readonly decision: NonNullable<RecordingRow['score']>['decision'] | null
  readonly modelVersion: number | null
  readonly threshold: number | null
  readonly disagreement: number | null
  readonly curation: RecordingRow['curation']
  readonly annotators: number
}

export function toRecordingRow(row: IndexRow): RecordingRow {
  const { score, decision, modelVersion, threshold } = row
  const scored = score !== null && decision !== null && modelVersion !== null && threshold !== null
  return {
    id: row.recordingId,
    encounterId: row.encounterId,
    participantCode: row.participantCode,
    sex: row.sex,
    ageYears: row.ageYears,
    siteName: row.site,
    deviceName: row.device,
    simulated: row.simulated,
    task: row.task,
    startedAt: row.startedAt.toISOString(),
    durationMs: row.durationMs,
    filed: row.filed,
    quality: row.quality,
    snrDb: row.snrDb,
    spo2: row.spo2,
    label: row.label,
    cause: row.cause,
    score: scored ? { probability: score, decision, modelVersion, threshold } : null,
    disagreement: row.disagreement,
    curation: row.curation,
    annotators: row.annotators,
  }
}
