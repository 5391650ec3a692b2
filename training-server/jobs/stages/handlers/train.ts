import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { inTrainProcess } from '../../../training/trainModel.ts'
import type { TrainingExample, TrainingRequest } from '../../../training/trainingRequest.ts'
import { WEIGHTS_FILES } from '../../../training/weightsFiles.ts'
import { examplesOf } from '../../examplesOf.ts'
import { outputOf, readJson } from '../inputs.ts'
import { examplesFor, foldsSchema, partitionsOf, withPartitions, type Folds } from './folds.ts'
import type { StageHandler, StageWork } from './handler.ts'

/** Trains one model in a process of its own; tried again on the same machine, it goes on from the last epoch. */
export const train: StageHandler = async (work) => {
  const { context, folder, progress, signal } = work
  const request = await requestOf(work)
  const examples = await withFeatures(work, request.examples)
  const { used } = await inTrainProcess(
    { part: 'train', request: { ...request, examples } },
    { signal, onProgress: (step) => progress.report(step) },
  )
  const put = async (name: string) => context.blobs.put(await readFile(join(folder, name)))
  return {
    output: { onnx: await put(WEIGHTS_FILES.onnx), trained: await put(WEIGHTS_FILES.trained) },
    used,
  }
}

/** What the model of this shard is trained and evaluated on. */
export async function requestOf({ context, run, stage, inputs, folder }: StageWork): Promise<TrainingRequest> {
  const own = (await foldsOf({ context, inputs })).trained.find(({ shard }) => shard === stage.shard)
  if (own === undefined) throw new Error(`The folds name no model "${stage.shard}".`)
  const { id, contentHash, simulated } = await context.db
    .selectFrom('datasetVersions')
    .select(['id', 'contentHash', 'simulated'])
    .where('id', '=', run.datasetVersionId)
    .executeTakeFirstOrThrow()
  const partitions = await partitionsOf(context, id)
  return {
    runId: run.id,
    // One run leaves one model, and a stage that is tried again must make the same: they share the id.
    modelId: run.id,
    workFolder: folder,
    dataset: { id, contentHash, simulated },
    examples: examplesFor(withPartitions(await examplesOf(context, id), partitions), stage.shard),
    experiment: own.experiment,
  }
}

export const foldsOf = ({ context, inputs }: Pick<StageWork, 'context' | 'inputs'>): Promise<Folds> =>
  readJson(context, outputOf(inputs, 'folds', 'all', 'folds'), foldsSchema)

const featuresSchema = z.record(z.string(), z.string())

/** With the files of their features, as the stage before has computed them. */
async function withFeatures(
  { context, inputs }: StageWork,
  examples: readonly TrainingExample[],
): Promise<TrainingExample[]> {
  const files: Record<string, string> = {}
  for (const { stage, shard } of inputs)
    if (stage === 'features')
      Object.assign(files, await readJson(context, outputOf(inputs, stage, shard, 'features'), featuresSchema))
  return Promise.all(
    examples.map(async (example) => {
      const sha256 = files[example.recordingId]
      // Of a run that was tried again after months they may be gone: then they are computed in training.
      if (sha256 === undefined || !(await context.blobs.has(sha256))) return example
      return { ...example, featuresPath: await context.blobs.localPath(sha256) }
    }),
  )
}
