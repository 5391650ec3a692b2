import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { Curation, CurationBody } from '@spira/shared/protocol/curationApi.ts'
import type { Account } from '@spira/shared/protocol/consoleApi.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'

/** Who may decide between annotators, and hence reads what each of them said. */
export const mayAdjudicate = ({ role }: Account): boolean => role !== 'annotator'

/**
 * Files one judgement. Sent twice it is filed once.
 *
 * @throws SpiraError not_found (no such recording, or its audio is not here), forbidden (an annotator cannot adjudicate), record_conflict
 */
export async function curate(
  { db }: Pick<ServerContext, 'db'>,
  account: Account,
  recordingId: string,
  body: CurationBody,
): Promise<void> {
  if (body.adjudication && !mayAdjudicate(account)) throw new SpiraError('forbidden')
  await db.transaction().execute(async (trx) => {
    const recording = await trx
      .selectFrom('recordings')
      .select('sampleCount')
      .where('id', '=', recordingId)
      .where('filedAt', 'is not', null)
      .executeTakeFirst()
    if (recording === undefined) throw new SpiraError('not_found')
    const durationMs = Math.ceil(recording.sampleCount / 16)
    if (body.segments.some(({ toMs }) => toMs > durationMs))
      throw new SpiraError('invalid_request', { detail: 'a segment ends after the recording' })
    const { segments, transcription, reason, noiseRating, secondVoice, ...rest } = body
    const filed = await trx
      .insertInto('curations')
      .values({
        ...rest,
        recordingId,
        annotator: account.username,
        reason: body.verdict === 'rejected' ? (reason ?? null) : null,
        noiseRating: noiseRating ?? null,
        secondVoice: secondVoice ?? null,
        segments: JSON.stringify(segments),
        transcription: transcription === undefined || transcription === '' ? null : transcription,
        madeAt: new Date(),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (filed === undefined) {
      const there = await trx
        .selectFrom('curations')
        .select(['recordingId', 'annotator', 'verdict'])
        .where('id', '=', body.id)
        .executeTakeFirst()
      const same =
        there?.recordingId === recordingId && there.annotator === account.username && there.verdict === body.verdict
      if (!same) throw new SpiraError('record_conflict')
      return
    }
    // What was said stands in the table, append-only; the log says that it was said.
    await appendAudit(trx, {
      actor: `account:${account.username}`,
      action: body.adjudication ? 'recording.adjudicated' : 'recording.curated',
      subject: `recording:${recordingId}`,
      details: { verdict: body.verdict },
    })
  })
}

/** The judgements of a recording, the latest first: of an annotator only the own ones, so that nobody follows another. */
export async function curationsOf(
  { db }: Pick<ServerContext, 'db'>,
  account: Account,
  recordingId: string,
): Promise<Curation[]> {
  let query = db.selectFrom('curations').selectAll().where('recordingId', '=', recordingId).orderBy('position', 'desc')
  if (!mayAdjudicate(account)) query = query.where('annotator', '=', account.username)
  return (await query.execute()).map(({ position: _position, recordingId: _recording, madeAt, ...row }) => ({
    ...row,
    madeAt: madeAt.toISOString(),
  }))
}
