import { heldOutEvaluation, readingOf } from '../evaluation/heldOutEvaluation.ts'
import type { ModelEvaluation } from '../evaluation/modelEvaluation.ts'
import { probeRecordings } from '../evaluation/probes/conditions.ts'
import { comparedWithoutSound } from '../evaluation/withoutSound.ts'
import { recordingProbability } from '@spira/shared/model/calibration.ts'
import { noiseFilesOf } from './augmentation/wardNoise.ts'
import { findingsAlone } from './baselines/findingsAlone.ts'
import { experimentSchema } from './experiment.ts'
import { OPSET } from './graph/graphBuilder.ts'
import { networkInput } from './networkInput.ts'
import { networkNamed } from './networks/networks.ts'
import { publishModel } from './publishModel.ts'
import { machineDescription } from './runtime.ts'
import { partsOf } from './runParts.ts'
import { OUR_NAMES, Scorer } from './scorer.ts'
import { participantsOf } from './storedRecordings.ts'
import type { TrainedModel, TrainingProgress, TrainingRequest } from './trainingRequest.ts'
import type { TrainedWeights } from './trainWeights.ts'
import { WindowFeatures } from './windowFeatures.ts'

/** Where in the progress of evaluation alone the files are written. */
const PUBLISHING_BEGINS = 0.95

/**
 * Chooses how the trained network is read (on validation participants), measures it on the test participants under every condition,
 * and writes the model's files into the work folder.
 *
 * @param onProgress.progress 0..1 of this part of the run.
 */
export async function evaluateWeights(
  request: TrainingRequest,
  { onnx, bestEpoch, history, validation, familiarity, retrained }: TrainedWeights,
  onProgress: (progress: TrainingProgress) => void,
): Promise<TrainedModel> {
  const experiment = experimentSchema.parse(request.experiment)
  const network = networkNamed(experiment.network)
  const input = networkInput(network, experiment)
  const parts = partsOf(request.examples, experiment)

  onProgress({ stage: 'evaluate', progress: 0 })
  const features = new WindowFeatures(input)
  const scorer = await Scorer.create(onnx, { shape: input.stack.input, threads: experiment.threads })
  const reading = readingOf(validation, experiment)
  const probed = await probeRecordings(
    parts.test,
    async (samples) => {
      const logits: number[] = []
      for (const window of features.of(samples)) logits.push(...(await scorer.logits(window, 1)))
      return recordingProbability(logits, reading)
    },
    {
      seed: experiment.seed,
      ...experiment.evaluation,
      onRecording(done) {
        onProgress({ stage: 'evaluate', progress: (PUBLISHING_BEGINS * done) / parts.test.length })
      },
    },
  )
  const noise = await noiseFilesOf(experiment)
  const noiseHeardInTraining = noise.probes.filter((file) => noise.training.includes(file)).length
  const alone = findingsAlone(parts)
  const evaluation: ModelEvaluation = {
    ...heldOutEvaluation(probed, reading, experiment, { retrained, noiseHeardInTraining }),
    ...(alone !== null && {
      withoutSound: comparedWithoutSound(
        { bySound: probed.map(({ clean, ...one }) => ({ ...one, probability: clean })), without: alone.scores },
        { columns: alone.columns, seed: experiment.seed },
      ),
    }),
  }

  onProgress({ stage: 'publish', progress: PUBLISHING_BEGINS })
  const model = await publishModel(request, {
    onnx,
    network: network.name,
    input,
    names: OUR_NAMES,
    opset: OPSET,
    reading,
    familiarity,
    evaluation,
    experiment,
    participants: {
      train: participantsOf(parts.train),
      validation: participantsOf(parts.validation),
      test: participantsOf(parts.test),
    },
    trainedOn: {
      participants: participantsOf(parts.train).length,
      recordings: parts.train.length,
      simulated: request.dataset.simulated,
    },
    machine: machineDescription(experiment.threads),
    bestEpoch,
    history,
  })
  onProgress({ stage: 'publish', progress: 1 })
  return model
}
