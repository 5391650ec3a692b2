import { readFile } from 'node:fs/promises'
import type { ModelLineage, RecordingLineage } from '@spira/shared/protocol/lineage.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { foldsSchema } from '../jobs/stages/handlers/folds.ts'
import { stagesOfRun } from '../jobs/stages/listStages.ts'
import type { ServerContext } from '../server/context.ts'

type Part = RecordingLineage['models'][number]['part']

/** Promise 7: from a model back to its run, its stages and every recording that it learned from or was judged on. @throws SpiraError not_found */
export async function lineageOfModel(context: ServerContext, modelId: string): Promise<ModelLineage> {
  const { db } = context
  const model = await db
    .selectFrom('modelVersions')
    .innerJoin('datasetVersions', 'datasetVersions.id', 'modelVersions.datasetVersionId')
    .innerJoin('trainingRuns', 'trainingRuns.id', 'modelVersions.runId')
    .select([
      'modelVersions.modelId',
      'modelVersions.version',
      'modelVersions.status',
      'modelVersions.runId',
      'modelVersions.onnxSha256',
      'modelVersions.manifest',
      'modelVersions.datasetVersionId',
      'datasetVersions.name as datasetName',
      'datasetVersions.contentHash',
      'trainingRuns.startedBy',
      'trainingRuns.configuration',
    ])
    .where('modelVersions.modelId', '=', modelId)
    .executeTakeFirst()
  if (model === undefined) throw new SpiraError('not_found')
  const partOf = await partsOf(context, model.runId)
  const items = await db
    .selectFrom('datasetItems')
    .select(['recordingId', 'participantId', 'siteId', 'label', 'sha256'])
    .where('datasetVersionId', '=', model.datasetVersionId)
    .orderBy('recordingId')
    .execute()
  const { manifest, ...named } = model
  const { seed, codeVersion, machine, configurationHash } = manifest.training
  return {
    ...named,
    configuration: { ...model.configuration },
    seed,
    codeVersion,
    machine,
    configurationHash,
    featureSpecHash: manifest.featureSpecHash,
    stages: (await stagesOfRun(db, model.runId)).map(({ stage, shard, inputHash, outputHash }) => ({
      stage,
      shard,
      inputHash,
      outputHash,
    })),
    recordings: items.map((item) => ({ ...item, part: partOf(item.participantId) })),
  }
}

/** Promise 7: from a recording to every dataset version, run and model it is in, and as what. @throws SpiraError not_found */
export async function lineageOfRecording(context: ServerContext, recordingId: string): Promise<RecordingLineage> {
  const { db } = context
  const recording = await db
    .selectFrom('recordings')
    .select('participantId')
    .where('id', '=', recordingId)
    .executeTakeFirst()
  if (recording === undefined) throw new SpiraError('not_found')
  const datasets = await db
    .selectFrom('datasetItems')
    .innerJoin('datasetVersions', 'datasetVersions.id', 'datasetItems.datasetVersionId')
    .select(['datasetVersions.id', 'name', 'contentHash', 'label'])
    .where('recordingId', '=', recordingId)
    .orderBy('frozenAt')
    .execute()
  const runs =
    datasets.length === 0
      ? []
      : await db
          .selectFrom('trainingRuns')
          .leftJoin('modelVersions', 'modelVersions.runId', 'trainingRuns.id')
          .select([
            'trainingRuns.id as runId',
            'trainingRuns.status as runStatus',
            'trainingRuns.datasetVersionId',
            'modelVersions.modelId',
            'modelVersions.version',
            'modelVersions.status as modelStatus',
          ])
          .where(
            'trainingRuns.datasetVersionId',
            'in',
            datasets.map(({ id }) => id),
          )
          .orderBy('trainingRuns.createdAt')
          .execute()
  const models: RecordingLineage['models'][number][] = []
  for (const run of runs) models.push({ ...run, part: (await partsOf(context, run.runId))(recording.participantId) })
  return { recordingId, datasets, models }
}

/** Who was in which part of the model that a run left; unknown of runs from before the parts were written down. */
async function partsOf({ db, blobs }: ServerContext, runId: string): Promise<(participantId: string) => Part> {
  const stage = await db
    .selectFrom('runStages')
    .select('output')
    .where('runId', '=', runId)
    .where('stage', '=', 'folds')
    .executeTakeFirst()
  const sha256 = stage?.output?.['folds']
  if (sha256 === undefined || !(await blobs.has(sha256))) return () => null
  const { trained } = foldsSchema.parse(JSON.parse(await readFile(await blobs.localPath(sha256), 'utf8')))
  const [main] = trained
  const parts = new Map<string, Part>()
  for (const part of ['train', 'validation', 'test'] as const)
    for (const id of main?.participants[part] ?? []) parts.set(id, part)
  return (participantId) => parts.get(participantId) ?? null
}
