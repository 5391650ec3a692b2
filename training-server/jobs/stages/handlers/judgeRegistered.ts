import { readFile } from 'node:fs/promises'
import { modelManifestSchema } from '@spira/shared/model/manifest.ts'
import type { ModelEvaluation } from '../../../evaluation/modelEvaluation.ts'
import { decisionOn } from '../../../models/gate.ts'
import { decide, type GateDecision, replaceDecision } from '../../../models/gate/decision.ts'
import { lockModels } from '../../../models/registry.ts'
import { examplesOf } from '../../examplesOf.ts'
import type { StageWork } from './handler.ts'

/**
 * Judges a model that is registered already, from its files and the kept evaluation of its run, and puts that in the place of the
 * decision before. @returns null where a worker that was stopped here before has done so.
 */
export async function judgeRegistered(
  { context, run, signal }: StageWork,
  modelId: string,
): Promise<GateDecision | null> {
  const { db, blobs } = context
  if ((await decisionOn(db, modelId)).unfit === null) return null
  const model = await db
    .selectFrom('modelVersions')
    .innerJoin('trainingRunArtefacts', 'trainingRunArtefacts.runId', 'modelVersions.runId')
    .select(['manifestSha256', 'onnxSha256', 'goldenSha256', 'trainingRunArtefacts.sha256 as evaluationSha256'])
    .where('modelId', '=', modelId)
    .where('kind', '=', 'evaluation')
    .executeTakeFirstOrThrow(() => new Error('The run has kept no evaluation that its model could be judged by.'))
  const file = async (sha256: string) => readFile(await blobs.localPath(sha256))
  const evaluation = JSON.parse((await file(model.evaluationSha256)).toString()) as ModelEvaluation
  const scored = new Set(evaluation.scores.map(({ recordingId }) => recordingId))
  const decision = await decide(
    context,
    {
      manifest: modelManifestSchema.parse(JSON.parse((await file(model.manifestSha256)).toString())),
      onnx: new Uint8Array(await file(model.onnxSha256)),
      golden: (await file(model.goldenSha256)).toString(),
      evaluation,
      datasetVersionId: run.datasetVersionId,
      tested: (await examplesOf(context, run.datasetVersionId)).filter(({ recordingId }) => scored.has(recordingId)),
    },
    signal,
  )
  signal.throwIfAborted()
  await db.transaction().execute(async (trx) => {
    await lockModels(trx)
    await replaceDecision(trx, modelId, decision)
  })
  return decision
}
