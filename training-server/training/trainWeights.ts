import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fitFamiliarity } from '@spira/shared/model/familiarity.ts'
import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import { featureSpecHash } from '@spira/shared/signal/featureSpec.ts'
import type { RetrainedScores } from '../evaluation/probes/probes.ts'
import type { ScoredRecording } from './calibration.ts'
import { configurationHash, experimentSchema } from './experiment.ts'
import { elementCount } from './graph/layer.ts'
import { forwardGraph } from './graph/networkGraphs.ts'
import { networkInput } from './networkInput.ts'
import { networkNamed } from './networks/networks.ts'
import { retrainForProbes, retrainings } from './retraining.ts'
import { requestHash } from './runIdentity.ts'
import { partsOf } from './runParts.ts'
import { Scorer } from './scorer.ts'
import {
  asScored,
  scoreRecordings,
  storeComputed,
  storeRecording,
  windowsOf,
  type StoredRecording,
} from './storedRecordings.ts'
import { trainingLoop, type EpochResult } from './trainingLoop.ts'
import type { TrainingExample, TrainingProgress, TrainingRequest } from './trainingRequest.ts'
import { heardAsScored, trainingVersions, type VersionsOf } from './trainingVersions.ts'
import { WindowFeatures } from './windowFeatures.ts'
import { WindowStore } from './windowStore.ts'

/** Where in the progress of training alone the weights begin to move, and where the probes' own trainings begin. */
const TRAINING_BEGINS = 0.15
const RETRAINING_BEGINS = 0.8

/** What training leaves: the network with its weights, and all that its evaluation needs of the validation participants. */
export interface TrainedWeights {
  readonly onnx: Uint8Array<ArrayBuffer>
  readonly bestEpoch: number
  readonly history: readonly EpochResult[]
  /** One logit a window of each validation recording, from the weights that are kept. */
  readonly validation: readonly ScoredRecording[]
  /** What the recordings it learned from sound like. */
  readonly familiarity: ModelManifest['familiarity']
  /** What networks trained anew for the probes say of people they have not learned from. */
  readonly retrained: RetrainedScores
}

/**
 * Split, features and training, in this process. Run again with the same work folder after a crash, it goes on from the last epoch and
 * ends with the same bytes.
 *
 * @param onProgress.progress 0..1 of this part of the run.
 */
export async function trainWeights(
  request: TrainingRequest,
  onProgress: (progress: TrainingProgress) => void,
): Promise<TrainedWeights> {
  const experiment = experimentSchema.parse(request.experiment)
  const configuration = await configurationHash(experiment)
  const network = networkNamed(experiment.network)
  const input = networkInput(network, experiment)
  const { stack } = input
  const { workFolder } = request
  await mkdir(workFolder, { recursive: true })

  onProgress({ stage: 'split', progress: 0 })
  const parts = partsOf(request.examples, experiment)

  const features = new WindowFeatures(input)
  // Of this process alone: where a lost worker's run is taken over while it still lives, neither writes over the other's.
  const storePath = join(workFolder, `windows-${process.pid}.f32`)
  const store = new WindowStore(storePath, elementCount(stack.input))
  try {
    let stored = 0
    const storePart = async (part: readonly TrainingExample[], versionsOf: VersionsOf, asScoredAlone: boolean) => {
      const recordings: StoredRecording[] = []
      for (const example of part) {
        const { featuresPath } = example
        recordings.push(
          asScoredAlone && featuresPath !== undefined
            ? await storeComputed({ ...example, featuresPath }, { store, features })
            : await storeRecording(example, { store, features, versions: versionsOf(example.recordingId) }),
        )
        stored += 1
        onProgress({
          stage: 'features',
          progress: (TRAINING_BEGINS * stored) / (parts.train.length + parts.validation.length),
        })
      }
      return recordings
    }
    const train = await storePart(parts.train, await trainingVersions(experiment, features), heardAsScored(experiment))
    const validation = await storePart(parts.validation, () => asScored(features), true)

    const hash = await requestHash(request, experiment)
    const { parameters, bestEpoch, history } = await trainingLoop({
      stack,
      experiment,
      windows: store,
      train: windowsOf(train),
      validation: windowsOf(validation),
      checkpointPath: join(workFolder, 'checkpoint.bin'),
      requestHash: hash,
      onEpoch(epoch) {
        const share = epoch.epoch / experiment.epochs
        const progress = TRAINING_BEGINS + (RETRAINING_BEGINS - TRAINING_BEGINS) * share
        onProgress({ stage: 'train', progress, epoch })
      },
    })
    // No id in the file: the same data, configuration and seed give the same bytes in every run.
    const onnx = forwardGraph(stack, parameters, {
      network: network.name,
      featureSpecHash: await featureSpecHash(input.features),
      configurationHash: configuration,
      seed: String(experiment.seed),
    })
    const scorer = await Scorer.create(onnx, { shape: stack.input, threads: experiment.threads })
    const anew = retrainings(experiment, parts)
    let trainedAnew = 0
    const retrained = await retrainForProbes(
      { stack, experiment, features, store, train, validation, test: parts.test, workFolder, requestHash: hash },
      () => {
        trainedAnew += 1
        const progress = RETRAINING_BEGINS + ((1 - RETRAINING_BEGINS) * trainedAnew) / anew
        onProgress({ stage: 'train', progress })
      },
    )
    return {
      onnx,
      retrained,
      bestEpoch,
      history,
      validation: await scoreRecordings(validation, { scorer, store }),
      familiarity: fitFamiliarity(
        train.map(({ profile }) => profile),
        validation.map(({ profile }) => profile),
      ),
    }
  } finally {
    store.close()
    await rm(storePath, { force: true })
  }
}
