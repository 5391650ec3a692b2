import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import { featureSpecHash } from '@spira/shared/signal/featureSpec.ts'
import type { Evaluation } from '../evaluation/evaluateScores.ts'
import type { Reading } from '../evaluation/heldOutEvaluation.ts'
import { probeMetrics, type ModelEvaluation } from '../evaluation/modelEvaluation.ts'
import { participantScores, type ParticipantScore } from '../evaluation/participantScores.ts'
import { noiseFilesOf, type NoiseFiles } from './augmentation/wardNoise.ts'
import { codeVersion } from './codeVersion.ts'
import { configurationHash, type Experiment } from './experiment.ts'
import { goldenVectors, storeFile } from './modelPackage.ts'
import { inputShape, type NetworkInput } from './networkInput.ts'
import type { TensorNames } from './scorer.ts'
import type { EpochResult } from './trainingLoop.ts'
import type { TrainedModel, TrainingRequest } from './trainingRequest.ts'

/** What is known of a model once it has been evaluated, wherever it was trained. */
export interface Finished {
  readonly onnx: Uint8Array<ArrayBuffer>
  readonly network: string
  readonly input: Pick<NetworkInput, 'features' | 'window'>
  readonly names: TensorNames
  readonly opset: number
  readonly reading: Reading
  /** Left out where the recordings it learned from are not here: likeness to them is then not checked. */
  readonly familiarity?: ModelManifest['familiarity']
  readonly evaluation: ModelEvaluation
  readonly experiment: Experiment
  readonly participants: RunRecord['participants']
  readonly trainedOn: { readonly participants: number; readonly recordings: number; readonly simulated: boolean }
  readonly machine: string
  readonly bestEpoch: number
  readonly history: readonly EpochResult[]
}

/** run.json: what the manifest has no room for, and what a person needs to repeat or doubt the run. */
export interface RunRecord {
  readonly experiment: Experiment
  readonly noise: NoiseFiles
  readonly participants: Readonly<Record<'train' | 'validation' | 'test', readonly string[]>>
  /** The epoch whose weights the model has; 0 where it was trained elsewhere. */
  readonly bestEpoch: number
  readonly history: readonly EpochResult[]
  readonly evaluation: Evaluation
  readonly testScores: readonly ParticipantScore[]
}

/** Writes a model's files into the request's work folder: model.onnx, golden.json, manifest.json, evaluation.json, run.json. */
export async function publishModel(
  { workFolder, modelId, runId, dataset }: Omit<TrainingRequest, 'examples' | 'experiment'>,
  finished: Finished,
): Promise<TrainedModel> {
  const { onnx, input, names, reading, evaluation, experiment, trainedOn } = finished
  const onnxFile = await storeFile(workFolder, 'model.onnx', onnx)
  const golden = await goldenVectors(onnx, input, names)
  const goldenFile = await storeFile(workFolder, 'golden.json', JSON.stringify(golden))
  const [frames, bins] = inputShape(input)
  const manifest: Omit<ModelManifest, 'version'> = {
    schema: 1,
    modelId,
    network: finished.network,
    features: input.features,
    featureSpecHash: await featureSpecHash(input.features),
    window: input.window,
    input: { name: names.input, frames, bins },
    output: { name: names.output },
    opset: finished.opset,
    onnx: { sha256: onnxFile.sha256, byteLength: onnxFile.byteLength },
    golden: { sha256: goldenFile.sha256, byteLength: goldenFile.byteLength },
    temperature: reading.temperature,
    ...(reading.isotonic === undefined ? {} : { isotonic: reading.isotonic }),
    threshold: reading.threshold,
    uncertain: reading.uncertain,
    ...(finished.familiarity === undefined ? {} : { familiarity: finished.familiarity }),
    trainedOn: { datasetVersionId: dataset.id, datasetHash: dataset.contentHash, ...trainedOn },
    training: {
      runId,
      seed: experiment.seed,
      configurationHash: await configurationHash(experiment),
      codeVersion: await codeVersion(),
      machine: finished.machine,
    },
    metrics: { ...pick(evaluation.metrics, experiment.evaluation.metrics), ...probeMetrics(evaluation.probes) },
    intendedUse: trainedOn.simulated ? 'simulated-not-for-clinical-use' : 'not-a-diagnosis',
    createdAt: new Date().toISOString(),
  }
  await storeFile(workFolder, 'manifest.json', JSON.stringify(manifest, null, 2))
  const record: RunRecord = {
    experiment,
    noise: await noiseFilesOf(experiment),
    participants: finished.participants,
    bestEpoch: finished.bestEpoch,
    history: finished.history,
    evaluation: {
      participants: evaluation.participants,
      threshold: reading.threshold,
      metrics: evaluation.metrics,
    },
    testScores: participantScores(evaluation.scores.map((score) => ({ ...score, probability: score.clean }))),
  }
  await storeFile(workFolder, 'evaluation.json', JSON.stringify(evaluation, null, 2))
  await storeFile(workFolder, 'run.json', JSON.stringify(record, null, 2))
  return { manifest, onnxPath: onnxFile.path, goldenPath: goldenFile.path }
}

const pick = <Name extends string, Value>(from: Readonly<Record<Name, Value>>, names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, from[name]]))
