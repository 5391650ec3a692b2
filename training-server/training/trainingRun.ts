import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import { featureSpecHash } from '@spira/shared/signal/featureSpec.ts'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import { evaluateScores } from '../evaluation/evaluateScores.ts'
import { participantScores } from '../evaluation/participantScores.ts'
import {
  fitTemperature,
  recordingProbability,
  uncertainBand,
  youdenThreshold,
  type ScoredRecording,
} from './calibration.ts'
import { codeVersion } from './codeVersion.ts'
import { configurationHash, experimentSchema } from './experiment.ts'
import { OPSET } from './graph/graphBuilder.ts'
import { elementCount } from './graph/layer.ts'
import { forwardGraph } from './graph/networkGraphs.ts'
import { goldenVectors, storeFile } from './modelPackage.ts'
import { networkNamed } from './networks/networks.ts'
import { machineDescription } from './runtime.ts'
import { Scorer } from './scorer.ts'
import { readSpeech } from './speech.ts'
import { splitByParticipant } from './split.ts'
import { trainingLoop } from './trainingLoop.ts'
import type { TrainedModel, TrainingExample, TrainingProgress, TrainingRequest } from './trainingRequest.ts'
import { createAugmentation } from './wardNoise.ts'
import { WindowFeatures } from './windowFeatures.ts'
import { WindowStore } from './windowStore.ts'

/** An example with the places of its windows in the store. */
type StoredExample = TrainingExample & { readonly windows: readonly number[] }

/**
 * One training run from recordings to a model's files, in this process: trainModel() runs it in a child of its own, because
 * the runtime blocks the process that trains.
 */
export async function trainingRun(
  request: TrainingRequest,
  onProgress: (progress: TrainingProgress) => void,
): Promise<TrainedModel> {
  const experiment = experimentSchema.parse(request.experiment)
  const network = networkNamed(experiment.network)
  const stack = network.build({ dropout: experiment.dropout })
  // The same dataset in another order is the same dataset.
  const examples = [...request.examples].sort((a, b) => (a.recordingId < b.recordingId ? -1 : 1))
  await mkdir(request.workFolder, { recursive: true })

  onProgress({ stage: 'split', progress: 0 })
  const parts = splitByParticipant(examples, experiment.split)

  const windowFeatures = new WindowFeatures(network)
  const augment = await createAugmentation(experiment)
  const storePath = join(request.workFolder, 'windows.f32')
  const store = new WindowStore(storePath, elementCount(stack.input))
  const storeAll = async (
    part: readonly TrainingExample[],
    change: (samples: Float32Array, id: string) => Float32Array,
  ) => {
    const stored: StoredExample[] = []
    for (const example of part) {
      const samples = change(await readSpeech(example.wavPath), example.recordingId)
      stored.push({ ...example, windows: windowFeatures.of(samples).map((window) => store.append(window)) })
      featuresDone += 1
      onProgress({ stage: 'features', progress: (0.15 * featuresDone) / examples.length })
    }
    return stored
  }
  let featuresDone = 0
  const unchanged = (samples: Float32Array) => samples
  const train = await storeAll(parts.train, augment)
  const validation = await storeAll(parts.validation, unchanged)
  const test = await storeAll(parts.test, unchanged)

  const configuration = await configurationHash(experiment)
  const labelled = (part: readonly StoredExample[]) =>
    part.flatMap(({ windows, label }) => windows.map((index) => ({ index, label })))
  const { parameters, bestEpoch, history } = await trainingLoop({
    stack,
    experiment,
    windows: store,
    train: labelled(train),
    validation: labelled(validation),
    checkpointPath: join(request.workFolder, 'checkpoint.bin'),
    requestHash: await requestHash(request, configuration),
    onEpoch: (epoch) =>
      onProgress({ stage: 'train', progress: 0.15 + (0.75 * epoch.epoch) / experiment.epochs, epoch }),
  })

  onProgress({ stage: 'evaluate', progress: 0.9 })
  const specHash = await featureSpecHash(network.features)
  // No id in the file: the same data, configuration and seed give the same bytes in every run.
  const onnx = forwardGraph(stack, parameters, {
    network: network.name,
    featureSpecHash: specHash,
    configurationHash: configuration,
    seed: String(experiment.seed),
  })
  const score = recordingScorer(
    await Scorer.create(onnx, { shape: stack.input, threads: experiment.threads }),
    store,
    elementCount(stack.input),
  )
  const onValidation = await score(validation)
  const temperature = fitTemperature(onValidation)
  const byParticipant = (recordings: readonly ScoredRecording[]) =>
    participantScores(
      recordings.map(({ logits, ...of }) => ({ ...of, probability: recordingProbability(logits, temperature) })),
    )
  const threshold = youdenThreshold(byParticipant(onValidation))
  const testScores = byParticipant(await score(test))
  const evaluation = evaluateScores(testScores, { threshold, seed: experiment.seed })

  onProgress({ stage: 'publish', progress: 0.95 })
  const onnxFile = await storeFile(request.workFolder, 'model.onnx', onnx)
  const goldenFile = await storeFile(
    request.workFolder,
    'golden.json',
    JSON.stringify(await goldenVectors(onnx, network)),
  )
  const [frames, bins] = windowFeatures.shape
  const manifest: Omit<ModelManifest, 'version'> = {
    schema: 1,
    modelId: request.modelId,
    network: network.name,
    features: network.features,
    featureSpecHash: specHash,
    window: network.window,
    input: { name: 'features', frames, bins },
    output: { name: 'logit' },
    opset: OPSET,
    onnx: { sha256: onnxFile.sha256, byteLength: onnxFile.byteLength },
    golden: { sha256: goldenFile.sha256, byteLength: goldenFile.byteLength },
    temperature,
    threshold,
    uncertain: uncertainBand(threshold),
    trainedOn: {
      datasetVersionId: request.dataset.id,
      datasetHash: request.dataset.contentHash,
      participants: new Set(train.map(({ participantId }) => participantId)).size,
      recordings: train.length,
      simulated: request.dataset.simulated,
    },
    training: {
      runId: request.runId,
      seed: experiment.seed,
      configurationHash: configuration,
      codeVersion: await codeVersion(),
      machine: machineDescription(experiment.threads),
    },
    metrics: { ...evaluation.metrics },
    intendedUse: request.dataset.simulated ? 'simulated-not-for-clinical-use' : 'not-a-diagnosis',
    createdAt: new Date().toISOString(),
  }
  await storeFile(request.workFolder, 'manifest.json', JSON.stringify(manifest, null, 2))
  const participantsOf = (part: readonly TrainingExample[]) => [
    ...new Set(part.map(({ participantId }) => participantId)),
  ]
  await storeFile(
    request.workFolder,
    'run.json',
    JSON.stringify(
      {
        experiment,
        parts: { train: participantsOf(train), validation: participantsOf(validation), test: participantsOf(test) },
        bestEpoch,
        history,
        evaluation,
        testScores,
      },
      null,
      2,
    ),
  )
  store.close()
  await rm(storePath)
  onProgress({ stage: 'publish', progress: 1 })
  return { manifest, onnxPath: onnxFile.path, goldenPath: goldenFile.path }
}

/** What a checkpoint belongs to: data, labels and configuration, whatever the run is called and wherever the files lie. */
const requestHash = ({ dataset, examples }: TrainingRequest, configuration: string): Promise<string> =>
  sha256Hex(
    utf8(
      canonicalJson({
        dataset: dataset.contentHash,
        configuration,
        examples: examples
          .map(({ recordingId, participantId, label }) => [recordingId, participantId, label])
          .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      }),
    ),
  )

function recordingScorer(scorer: Scorer, store: WindowStore, size: number) {
  const features = new Float32Array(size)
  return async (examples: readonly StoredExample[]): Promise<ScoredRecording[]> => {
    const scored: ScoredRecording[] = []
    for (const { participantId, label, windows } of examples) {
      const logits: number[] = []
      for (const index of windows) {
        store.read([index], features)
        logits.push(...(await scorer.logits(features, 1)))
      }
      scored.push({ participantId, label, logits })
    }
    return scored
  }
}
