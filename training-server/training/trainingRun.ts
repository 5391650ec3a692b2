import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fitFamiliarity } from '@spira/shared/model/familiarity.ts'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import { featureSpecHash } from '@spira/shared/signal/featureSpec.ts'
import { heldOutEvaluation, readingOf } from '../evaluation/heldOutEvaluation.ts'
import { probeRecordings } from '../evaluation/probes/conditions.ts'
import { recordingProbability } from './calibration.ts'
import { configurationHash, experimentSchema } from './experiment.ts'
import { OPSET } from './graph/graphBuilder.ts'
import { elementCount } from './graph/layer.ts'
import { forwardGraph } from './graph/networkGraphs.ts'
import { networkInput } from './networkInput.ts'
import { networkNamed } from './networks/networks.ts'
import { withPermutedLabels } from './permutedLabels.ts'
import { machineDescription } from './runtime.ts'
import { publishModel } from './publishModel.ts'
import { OUR_NAMES, Scorer } from './scorer.ts'
import { splitByParticipant } from './split.ts'
import {
  asScored,
  participantsOf,
  scoreRecordings,
  storeRecording,
  windowsOf,
  type StoredRecording,
} from './storedRecordings.ts'
import { trainingLoop } from './trainingLoop.ts'
import type { TrainedModel, TrainingExample, TrainingProgress, TrainingRequest } from './trainingRequest.ts'
import { trainingVersions, type VersionsOf } from './trainingVersions.ts'
import { WindowFeatures } from './windowFeatures.ts'
import { WindowStore } from './windowStore.ts'

/** Where in a run's progress each stage begins. */
const PROGRESS = { split: 0, features: 0, train: 0.15, evaluate: 0.9, publish: 0.95, done: 1 } as const

/**
 * One training run from recordings to a model's files, in this process: trainModel() runs it in a child of its own, because
 * the runtime blocks the process that trains.
 */
export async function trainingRun(
  request: TrainingRequest,
  onProgress: (progress: TrainingProgress) => void,
): Promise<TrainedModel> {
  const experiment = experimentSchema.parse(request.experiment)
  const configuration = await configurationHash(experiment)
  const network = networkNamed(experiment.network)
  const input = networkInput(network, experiment)
  const { stack } = input
  const { workFolder } = request
  await mkdir(workFolder, { recursive: true })

  onProgress({ stage: 'split', progress: PROGRESS.split })
  // The same dataset in another order is the same dataset.
  const examples = request.examples.toSorted((a, b) => (a.recordingId < b.recordingId ? -1 : 1))
  const parts = splitByParticipant(examples, experiment.split)
  const labelled = (part: readonly TrainingExample[]) =>
    experiment.labels === 'permuted' ? withPermutedLabels(part, experiment.seed) : part

  const features = new WindowFeatures(input)
  const storePath = join(workFolder, 'windows.f32')
  const store = new WindowStore(storePath, elementCount(stack.input))
  let stored = 0
  const storePart = async (part: readonly TrainingExample[], versionsOf: VersionsOf) => {
    const recordings: StoredRecording[] = []
    for (const example of part) {
      recordings.push(await storeRecording(example, { store, features, versions: versionsOf(example.recordingId) }))
      stored += 1
      onProgress({
        stage: 'features',
        progress: (PROGRESS.train * stored) / (parts.train.length + parts.validation.length),
      })
    }
    return recordings
  }
  const train = await storePart(labelled(parts.train), await trainingVersions(experiment, features))
  const validation = await storePart(labelled(parts.validation), () => asScored(features))

  const { parameters, bestEpoch, history } = await trainingLoop({
    stack,
    experiment,
    windows: store,
    train: windowsOf(train),
    validation: windowsOf(validation),
    checkpointPath: join(workFolder, 'checkpoint.bin'),
    requestHash: await requestHash(request, configuration),
    onEpoch(epoch) {
      const share = epoch.epoch / experiment.epochs
      onProgress({ stage: 'train', progress: PROGRESS.train + (PROGRESS.evaluate - PROGRESS.train) * share, epoch })
    },
  })

  onProgress({ stage: 'evaluate', progress: PROGRESS.evaluate })
  const specHash = await featureSpecHash(input.features)
  // No id in the file: the same data, configuration and seed give the same bytes in every run.
  const onnx = forwardGraph(stack, parameters, {
    network: network.name,
    featureSpecHash: specHash,
    configurationHash: configuration,
    seed: String(experiment.seed),
  })
  const scorer = await Scorer.create(onnx, { shape: stack.input, threads: experiment.threads })
  const onValidation = await scoreRecordings(validation, { scorer, store })
  const reading = readingOf(onValidation, experiment)
  const probed = await probeRecordings(
    parts.test,
    async (samples) => {
      const logits: number[] = []
      for (const window of features.of(samples)) logits.push(...(await scorer.logits(window, 1)))
      return recordingProbability(logits, reading.temperature)
    },
    {
      seed: experiment.seed,
      ...experiment.evaluation,
      onRecording(done) {
        const share = done / parts.test.length
        onProgress({ stage: 'evaluate', progress: PROGRESS.evaluate + (PROGRESS.publish - PROGRESS.evaluate) * share })
      },
    },
  )
  const evaluation = heldOutEvaluation(probed, reading, experiment)
  store.close()
  await rm(storePath)

  onProgress({ stage: 'publish', progress: PROGRESS.publish })
  const model = await publishModel(request, {
    onnx,
    network: network.name,
    input,
    names: OUR_NAMES,
    opset: OPSET,
    reading,
    familiarity: fitFamiliarity(
      train.map(({ profile }) => profile),
      validation.map(({ profile }) => profile),
    ),
    evaluation,
    experiment,
    participants: {
      train: participantsOf(train),
      validation: participantsOf(validation),
      test: participantsOf(parts.test),
    },
    trainedOn: {
      participants: participantsOf(train).length,
      recordings: train.length,
      simulated: request.dataset.simulated,
    },
    machine: machineDescription(experiment.threads),
    bestEpoch,
    history,
  })
  onProgress({ stage: 'publish', progress: PROGRESS.done })
  return model
}

/** What a checkpoint belongs to: data, labels and configuration, whatever the run is called and wherever the files lie. */
const requestHash = ({ dataset, examples }: TrainingRequest, configuration: string): Promise<string> => {
  const labels = examples.map(({ recordingId, participantId, label, groups = {} }) =>
    canonicalJson([recordingId, participantId, label, groups]),
  )
  return sha256Hex(utf8(canonicalJson({ dataset: dataset.contentHash, configuration, labels: labels.sort() })))
}
