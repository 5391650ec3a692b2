import { sql } from 'kysely'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { RecordingDetail } from '@spira/shared/protocol/recordingsApi.ts'
import type { ServerContext } from '../server/context.ts'
import { type IndexRow, toRecordingRow } from './listRecordings.ts'

/** The newest are sent; how many there are is said. */
const MOST_ENCOUNTERS = 50

/** All that is known of one recording and of its participant's encounters; nothing that says who it is. @throws SpiraError not_found */
export async function recordingDetail({ db }: Pick<ServerContext, 'db'>, id: string): Promise<RecordingDetail> {
  const found = await sql<IndexRow & { participantId: string }>`
    select * from recording_index where recording_id = ${id}`.execute(db)
  const [row] = found.rows
  if (row === undefined) throw new SpiraError('not_found')
  const [recording, labels, assessments, encounters, { encounterCount }, recordings] = await Promise.all([
    db
      .selectFrom('recordings')
      .select(['sha256', 'filedAt', 'quality'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow(() => new SpiraError('not_found')),
    db
      .selectFrom('labels')
      .select('body')
      .where('encounterId', '=', row.encounterId)
      .orderBy('position', 'desc')
      .execute(),
    db
      .selectFrom('assessments')
      .select('body')
      .where('recordingId', '=', id)
      .orderBy('madeAt', 'desc')
      .orderBy('id', 'desc')
      .execute(),
    db
      .selectFrom('encounters')
      .select(['id', 'startedAt', 'vitals'])
      .where('participantId', '=', row.participantId)
      .orderBy('startedAt', 'desc')
      .limit(MOST_ENCOUNTERS)
      .execute(),
    db
      .selectFrom('encounters')
      .select(({ fn }) => fn.countAll<string>().as('encounterCount'))
      .where('participantId', '=', row.participantId)
      .executeTakeFirstOrThrow(),
    db
      .selectFrom('recordingIndex')
      .select(['recordingId', 'encounterId', 'task', 'quality', 'score', 'label'])
      .where('participantId', '=', row.participantId)
      .orderBy('startedAt')
      .execute(),
  ])
  return {
    ...toRecordingRow(row),
    sha256: recording.sha256,
    filedAt: recording.filedAt?.toISOString() ?? null,
    qualityReport: recording.quality,
    labels: labels.map(({ body }) => body),
    assessments: assessments.map(({ body }) => body),
    encounterCount: Number(encounterCount),
    encounters: encounters.map(({ id: encounterId, startedAt, vitals }) => {
      const own = recordings.filter((each) => each.encounterId === encounterId)
      return {
        id: encounterId,
        startedAt: startedAt.toISOString(),
        vitals,
        label: own[0]?.label ?? null,
        recordings: own.map(({ recordingId, task, quality, score }) => ({
          id: recordingId,
          task,
          quality,
          probability: score,
        })),
      }
    }),
  }
}
