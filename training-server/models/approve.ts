import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { appendAudit } from '../audit/auditLog.ts'
import { appendChange } from '../fleet/changeFeed.ts'
import { publishRelease } from '../releases/repository.ts'
import type { ServerContext } from '../server/context.ts'
import { criterionSentence } from './evaluationCriteria.ts'
import { runGate } from './gate.ts'
import { lockModels } from './registry.ts'

export interface Approval {
  /** User name of the account. */
  readonly approvedBy: string
  readonly reason: string
  /** In spite of what the evaluation failed to show: only a model of simulated data, and the reason says why. */
  readonly override: boolean
}

/**
 * Makes a candidate the champion and releases it to every device: gate first, then status, release, signed metadata and audit in
 * one transaction. Of two who approve at once, one is told that it is no candidate any more.
 *
 * @throws SpiraError `not_found`, `model_not_candidate`, `gate_failed` naming each requirement missed.
 */
export async function approveModel(
  context: ServerContext,
  modelId: string,
  { approvedBy, reason, override }: Approval,
): Promise<void> {
  const model = await candidate(context.db, modelId)
  const { gateVersion, missed: broken, failed, simulated, files } = await runGate(context, model)
  const overridden = override && simulated ? failed.map(criterionSentence) : []
  const missed = overridden.length > 0 ? broken : [...broken, ...failed.map(criterionSentence)]
  if (missed.length > 0) {
    await context.db.transaction().execute((trx) =>
      appendAudit(trx, {
        actor: `account:${approvedBy}`,
        action: 'model.gate-failed',
        subject: `model:${modelId}`,
        details: { gateVersion, missed },
      }),
    )
    throw new SpiraError('gate_failed', { detail: missed.join('; ') })
  }
  await context.db.transaction().execute(async (trx) => {
    await lockModels(trx)
    const { version, manifestSha256, onnxSha256, goldenSha256 } = await candidate(trx, modelId)
    await trx.updateTable('modelVersions').set({ status: 'retired' }).where('status', '=', 'champion').execute()
    await trx.updateTable('modelVersions').set({ status: 'champion' }).where('modelId', '=', modelId).execute()
    const { sequence } = await trx
      .insertInto('releases')
      .values({ modelId, approvedBy, reason, releasedAt: new Date() })
      .returning('sequence')
      .executeTakeFirstOrThrow()
    await publishRelease(context, trx, {
      sequence,
      modelId,
      version,
      channel: 'stable',
      files: {
        manifest: { sha256: manifestSha256, byteLength: files.manifest },
        onnx: { sha256: onnxSha256, byteLength: files.onnx },
        golden: { sha256: goldenSha256, byteLength: files.golden },
      },
    })
    await appendChange(trx, null, { type: 'release.published', modelVersion: version })
    await appendAudit(trx, {
      actor: `account:${approvedBy}`,
      action: 'model.released',
      subject: `model:${modelId}`,
      details: { version, sequence, gateVersion, reason, ...(overridden.length > 0 ? { overridden } : {}) },
    })
  })
}

async function candidate(db: ServerContext['db'], modelId: string) {
  const model = await db.selectFrom('modelVersions').selectAll().where('modelId', '=', modelId).executeTakeFirst()
  if (model === undefined) throw new SpiraError('not_found')
  if (model.status !== 'candidate') throw new SpiraError('model_not_candidate', { status: model.status })
  return model
}
