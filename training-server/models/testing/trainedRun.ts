import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import { tinyModel } from '@spira/shared/model/testing/tinyModel.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { ServerContext } from '../../server/context.ts'
import { evaluationCriteria } from '../evaluationCriteria.ts'
import type { GateDecision } from '../gate/decision.ts'
import { GATE_PLAN, GATE_PLAN_HASH } from '../gate/plan.ts'
import { inForce } from '../gate/standing.ts'

/** What a finished training run hands to the registry, judged by its figures beside the champion and the release under way of this moment. */
export async function trainedRun(
  context: ServerContext,
  options: Parameters<typeof tinyModel>[0] & { metrics?: ModelManifest['metrics']; simulated?: boolean } = {},
) {
  const { db } = context
  const runId = newId()
  const datasetVersionId = newId()
  const now = new Date()
  const counts = { recordings: 4, participants: 4, present: 2, absent: 2, simulated: true }
  const frozen = { frozenAt: now, frozenBy: 'ana', description: '' }
  await db
    .insertInto('datasetVersions')
    .values({
      id: datasetVersionId,
      name: datasetVersionId,
      contentHash: createHash('sha256').update(datasetVersionId).digest('hex'),
      ...counts,
      ...frozen,
    })
    .execute()
  await db
    .insertInto('trainingRuns')
    .values({
      id: runId,
      datasetVersionId,
      status: 'running',
      stage: 'candidate',
      progress: 1,
      seed: 1,
      network: 'mean-of-features',
      configuration: '{}',
      epochs: '[]',
      failure: null,
      cancelRequested: false,
      startedBy: 'ana',
      createdAt: now,
      endedAt: null,
    })
    .execute()
  const model = await tinyModel({ runId, datasetVersionId, ...options })
  const folder = join(context.folders.work, runId)
  await mkdir(folder)
  const onnxPath = join(folder, 'model.onnx')
  const goldenPath = join(folder, 'golden.json')
  await writeFile(onnxPath, model.onnx)
  await writeFile(goldenPath, model.golden)
  const { trainedOn, metrics } = model.manifest
  const { version: _, ...manifest } = {
    ...model.manifest,
    metrics: options.metrics ?? metrics,
    trainedOn: { ...trainedOn, simulated: options.simulated ?? true },
    intendedUse: options.simulated === false ? ('not-a-diagnosis' as const) : model.manifest.intendedUse,
  }
  const criteria = evaluationCriteria(manifest)
  const { championVersion, underWayVersion } = await inForce(db)
  const decision: GateDecision = {
    plan: GATE_PLAN,
    planHash: GATE_PLAN_HASH,
    championVersion,
    underWayVersion,
    criteria,
    passed: criteria.every(({ passed }) => passed),
  }
  return { runId, datasetVersionId, trained: { manifest, onnxPath, goldenPath }, decision, model }
}
