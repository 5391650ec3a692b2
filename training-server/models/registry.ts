import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql, type Transaction } from 'kysely'
import { modelManifestSchema } from '@spira/shared/model/manifest.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Database } from '../db/schema.ts'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'
import type { ServerContext } from '../server/context.ts'
import type { TrainedModel } from '../training/trainingRequest.ts'
import { type GateDecision, keepDecision } from './gate/decision.ts'
import { flagRegistered } from './modelWithdrawals.ts'

const MODELS_LOCK = ADVISORY_LOCKS.models

/** Until the transaction ends, versions and champion are given by nobody else. Taken before the repository's lock. */
export async function lockModels(trx: Transaction<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${MODELS_LOCK})`.execute(trx)
}

export interface RegisteredModel {
  readonly modelId: string
  readonly version: number
}

/** Somebody has cancelled the run in time: its model is not registered. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled'
}

/**
 * Takes what a run trained as a candidate: files into the blob store, the next version, the finished manifest, what the gate decided of
 * it. A run registers once: called again for the same run (a worker was killed and resumed) it answers with the model that is there.
 *
 * @throws RunCancelled; Error when the files in the work folder are not the ones the manifest names.
 */
export async function registerCandidate(
  context: ServerContext,
  {
    runId,
    datasetVersionId,
    trained,
    decision,
  }: {
    readonly runId: string
    readonly datasetVersionId: string
    readonly trained: TrainedModel
    readonly decision: GateDecision
  },
): Promise<RegisteredModel> {
  const there = await modelOf(context.db, runId)
  if (there !== undefined) return there
  // Before the transaction: a blob that no row names does no harm, a row without its blob would.
  await fileUnder(context, trained.onnxPath, trained.manifest.onnx.sha256)
  await fileUnder(context, trained.goldenPath, trained.manifest.golden.sha256)
  return context.db.transaction().execute(async (trx) => {
    await lockModels(trx)
    // A withdrawal is either through, and the model flagged here, or finds the model. Before the run's row, as a withdrawal does.
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.freeze})`.execute(trx)
    const registered = await modelOf(trx, runId)
    if (registered !== undefined) return registered
    // Under the lock that the wish is written under: a wish comes in time, or finds the model there.
    const { cancelRequested } = await trx
      .selectFrom('trainingRuns')
      .select('cancelRequested')
      .where('id', '=', runId)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (cancelRequested) throw new RunCancelled(`Run ${runId} was cancelled.`)
    const { highest } = await trx
      .selectFrom('modelVersions')
      .select(({ fn }) => fn.max('version').as('highest'))
      .executeTakeFirstOrThrow()
    // Version 0 is the model bundled with the app.
    const version = (highest ?? 0) + 1
    const manifest = modelManifestSchema.parse({ ...trained.manifest, version })
    const { modelId } = manifest
    const now = new Date()
    await trx
      .insertInto('modelVersions')
      .values({
        modelId,
        version,
        status: 'candidate',
        runId,
        datasetVersionId,
        manifest: JSON.stringify(manifest),
        manifestSha256: await context.blobs.put(Buffer.from(JSON.stringify(manifest))),
        onnxSha256: manifest.onnx.sha256,
        goldenSha256: manifest.golden.sha256,
        createdAt: now,
      })
      .execute()
    await flagRegistered(trx, { modelId, datasetVersionId })
    await keepDecision(trx, modelId, decision, now)
    const details = { version, runId, datasetVersionId, onnx: manifest.onnx.sha256 }
    await appendAudit(trx, { actor: 'server', action: 'model.registered', subject: `model:${modelId}`, details })
    return { modelId, version }
  })
}

/** The model that a run has left. */
export const modelOf = (db: ServerContext['db'], runId: string): Promise<RegisteredModel | undefined> =>
  db.selectFrom('modelVersions').select(['modelId', 'version']).where('runId', '=', runId).executeTakeFirst()

async function fileUnder({ blobs }: ServerContext, path: string, sha256: string): Promise<void> {
  const bytes = await readFile(path)
  const got = createHash('sha256').update(bytes).digest('hex')
  if (got !== sha256) throw new Error(`${path} is not the file its manifest names: SHA-256 ${got}, expected ${sha256}.`)
  await blobs.put(bytes)
}
