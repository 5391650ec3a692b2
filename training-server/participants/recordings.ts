import { sql, type SqlBool } from 'kysely'
import type { z } from 'zod'
import type { RecordingRow, recordingsQuerySchema, recordingsReplySchema } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../server/context.ts'

type Query = z.infer<typeof recordingsQuerySchema>

/** Recordings as the console lists them, the newest first; the cursor is the last id of the page before. */
export async function listRecordings(
  { db }: ServerContext,
  query: Query,
): Promise<z.infer<typeof recordingsReplySchema>> {
  const matching = filtered(db, query)
  const { total } = await matching.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow()
  let page = selectRows(matching)
    .orderBy('recordings.id', 'desc')
    .limit(query.limit + 1)
  if (query.cursor !== undefined) page = page.where('recordings.id', '<', query.cursor)
  const rows = await page.execute()
  const items = rows.slice(0, query.limit).map(toRow)
  return { items, nextCursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null, total: Number(total) }
}

function filtered(db: ServerContext['db'], { label, search }: Query) {
  let query = db
    .selectFrom('recordings')
    .innerJoin('participants', 'participants.id', 'recordings.participantId')
    .innerJoin('sites', 'sites.id', 'participants.siteId')
    .innerJoin('devices', 'devices.id', 'recordings.deviceId')
    .leftJoinLateral(
      (expression) =>
        expression
          .selectFrom('labels')
          .select(['labels.value', 'labels.body'])
          .whereRef('labels.encounterId', '=', 'recordings.encounterId')
          .orderBy('labels.position', 'desc')
          .limit(1)
          .as('label'),
      (join) => join.onTrue(),
    )
  if (label !== undefined)
    query = label === 'none' ? query.where('label.value', 'is', null) : query.where('label.value', '=', label)
  if (search !== undefined && search !== '') {
    // Contained anywhere, whatever the case; no character of the search is a wildcard.
    const contained = (column: string) => sql<SqlBool>`strpos(lower(${sql.ref(column)}), lower(${search})) > 0`
    query = query.where(({ or }) =>
      or(['participants.code', 'sites.name', 'devices.name', 'recordings.task'].map(contained)),
    )
  }
  return query
}

const selectRows = (query: ReturnType<typeof filtered>) =>
  query
    .leftJoinLateral(
      (expression) =>
        expression
          .selectFrom('assessments')
          .select(['probability', 'decision', 'modelVersion', 'threshold'])
          .whereRef('assessments.recordingId', '=', 'recordings.id')
          .orderBy('assessments.madeAt', 'desc')
          .orderBy('assessments.id', 'desc')
          .limit(1)
          .as('assessment'),
      (join) => join.onTrue(),
    )
    .select([
      'recordings.id',
      'recordings.encounterId',
      'participants.code as participantCode',
      'sites.name as siteName',
      'sites.simulated',
      'devices.name as deviceName',
      'recordings.task',
      'recordings.startedAt',
      'recordings.sampleCount',
      'recordings.quality',
      'recordings.sha256',
      'recordings.filedAt',
      'label.body as label',
      'assessment.probability',
      'assessment.decision',
      'assessment.modelVersion',
      'assessment.threshold',
    ])

type Selected = Awaited<ReturnType<ReturnType<typeof selectRows>['execute']>>[number]

function toRow({ sampleCount, probability, decision, modelVersion, threshold, ...row }: Selected): RecordingRow {
  const assessed = probability !== null && decision !== null && modelVersion !== null && threshold !== null
  return {
    ...row,
    durationMs: sampleCount / 16,
    startedAt: row.startedAt.toISOString(),
    filedAt: row.filedAt?.toISOString() ?? null,
    assessment: assessed ? { probability, decision, modelVersion, threshold } : null,
  }
}
