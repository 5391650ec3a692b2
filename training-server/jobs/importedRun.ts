import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '@spira/shared/protocol/ids.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ModelEvaluation } from '../evaluation/modelEvaluation.ts'
import { decide } from '../models/gate/decision.ts'
import { registerCandidate, type RegisteredModel } from '../models/registry.ts'
import type { ServerContext } from '../server/context.ts'
import type { Experiment } from '../training/experiment.ts'
import { importModel, type ImportRequest } from '../training/imported/importModel.ts'
import { keepArtefacts } from './runArtefacts.ts'
import { judgedOnHoldout, versionNamed } from './versionNamed.ts'

/**
 * Takes in a model that was trained elsewhere as a run of its own: evaluated on the frozen holdout of a dataset version, held to the whole
 * change-control plan beside the champion, kept with its report, registered as a candidate. A person decides about it as about any other.
 *
 * @throws SpiraError not_found where there is no such dataset version; ImportRefused, and then nothing is kept.
 */
export async function registerImported(
  context: ServerContext,
  {
    datasetName,
    experiment: declared,
    ...given
  }: Pick<ImportRequest, 'onnx' | 'author' | 'golden'> & {
    readonly datasetName: string
    readonly experiment: Experiment
  },
): Promise<RegisteredModel> {
  const { db, folders } = context
  const { dataset, examples } = await versionNamed(context, datasetName)
  const experiment = judgedOnHoldout(declared)
  const runId = newId()
  const workFolder = await mkdtemp(join(folders.work, 'import-'))
  try {
    const trained = await importModel({
      ...given,
      experiment,
      runId,
      modelId: runId,
      workFolder,
      dataset,
      examples,
    })
    const evaluation = JSON.parse(await readFile(join(workFolder, 'evaluation.json'), 'utf8')) as ModelEvaluation
    const scored = new Set(evaluation.scores.map(({ recordingId }) => recordingId))
    const decision = await decide(context, {
      manifest: trained.manifest,
      onnx: given.onnx,
      golden: await readFile(trained.goldenPath, 'utf8'),
      evaluation,
      datasetVersionId: dataset.id,
      tested: examples.filter(({ recordingId }) => scored.has(recordingId)),
    })
    const now = new Date()
    await db.transaction().execute(async (trx) => {
      await trx
        .insertInto('trainingRuns')
        .values({
          id: runId,
          datasetVersionId: dataset.id,
          status: 'succeeded',
          stage: 'done',
          progress: 1,
          seed: experiment.seed,
          network: given.author.network,
          configuration: JSON.stringify({ imported: given.author, experiment }),
          epochs: '[]',
          failure: null,
          cancelRequested: false,
          startedBy: 'command-line',
          createdAt: now,
          endedAt: now,
        })
        .execute()
      await appendAudit(trx, {
        actor: 'command-line',
        action: 'model.imported',
        subject: `training-run:${runId}`,
        details: { dataset: dataset.contentHash, onnx: trained.manifest.onnx.sha256 },
      })
    })
    await keepArtefacts(context, runId, workFolder)
    return await registerCandidate(context, { runId, datasetVersionId: dataset.id, trained, decision })
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}
