import { mkdir } from 'node:fs/promises'
import { ZodError } from 'zod'
import type { Golden } from '@spira/shared/model/manifest.ts'
import { runSelfTest, type SelfTestResult } from '@spira/shared/model/selfTest.ts'
import { featureSpecHash } from '@spira/shared/signal/featureSpec.ts'
import { heldOutEvaluation, readingOf } from '../../evaluation/heldOutEvaluation.ts'
import { probeRecordings } from '../../evaluation/probes/conditions.ts'
import { recordingProbability } from '@spira/shared/model/calibration.ts'
import type { ScoredRecording } from '../calibration.ts'
import { experimentSchema } from '../experiment.ts'
import { goldenVectors } from '../modelPackage.ts'
import { inputShape } from '../networkInput.ts'
import { publishModel } from '../publishModel.ts'
import { machineDescription } from '../runtime.ts'
import { Scorer } from '../scorer.ts'
import { readSpeech } from '../speech.ts'
import { splitByParticipant } from '../split.ts'
import { participantsOf } from '../storedRecordings.ts'
import type { TrainedModel, TrainingExample, TrainingRequest } from '../trainingRequest.ts'
import { WindowFeatures } from '../windowFeatures.ts'
import type { AuthorManifest } from './authorManifest.ts'
import { selfTestInEdgeRuntime } from './edgeRuntime.ts'
import { checkOnnx } from './onnxChecks.ts'

export interface ImportRequest extends TrainingRequest {
  readonly onnx: Uint8Array<ArrayBuffer>
  readonly author: AuthorManifest
  /** Features and logits as the author's own program computes them of a sound; null where there are none. */
  readonly golden: Golden | null
}

/** A model from elsewhere that cannot enter; each problem says what to do. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The model cannot be taken in: ${problems.join('; ')}. Nothing was kept.`)
    this.problems = problems
  }
}

/**
 * Takes in a network that was trained elsewhere: its file is checked before it is run, its author's golden vectors (if any) against our
 * features and runtime, then it runs in the bedside's runtime; validation participants decide temperature and threshold, everybody else
 * whom it has not learned from tests it, under the same conditions and with the same figures as a network of ours.
 *
 * @throws ImportRefused; SpiraError dataset_too_small.
 */
export async function importModel(request: ImportRequest): Promise<TrainedModel> {
  const { onnx, author, workFolder } = request
  const experiment = experimentSchema.parse(request.experiment)
  const { features: spec, window } = author
  const [frames, bins] = inputShape({ features: spec, window })
  const names = { input: author.input.name, output: author.output.name }
  const { problems, opset } = checkOnnx(onnx, { inputName: names.input, outputName: names.output, frames, bins })
  if (problems.length > 0) throw new ImportRefused(problems)

  const heard = new Set(author.trainedOn.participantIds)
  const unheard = request.examples.filter(({ participantId }) => !heard.has(participantId))
  const parts = splitByParticipant(unheard, experiment.split)
  // Nobody here has trained it: who would train one of ours tests it as well.
  const test = experiment.split.heldOut.by === 'share' ? [...parts.train, ...parts.test] : parts.test

  const scorer = await Scorer.create(onnx, { shape: [frames, bins], threads: experiment.threads, names }).catch(
    (error: unknown) => {
      throw new ImportRefused([`it does not load: ${error instanceof Error ? error.message : String(error)}`])
    },
  )
  const ours = await goldenVectors(onnx, { features: spec, window }, names).catch((error: unknown) => {
    if (error instanceof ZodError) throw new ImportRefused(['of a voice it gives no number'])
    throw new ImportRefused([`it does not run: ${error instanceof Error ? error.message : String(error)}`])
  })
  const { golden } = request
  const tested = {
    features: spec,
    featureSpecHash: await featureSpecHash(spec),
    window,
    input: { name: names.input, frames, bins },
    output: { name: names.output },
  }
  const failures = [
    ...(golden === null
      ? []
      : await failureOf("the author's golden vectors", () =>
          runSelfTest(tested, golden, async (windows, count) => Float32Array.from(await scorer.logits(windows, count))),
        )),
    ...(await failureOf("golden vectors in the bedside's runtime", () => selfTestInEdgeRuntime(onnx, tested, ours))),
  ]
  if (failures.length > 0) throw new ImportRefused(failures)

  const features = new WindowFeatures({ features: spec, window })
  const logitsOf = async (samples: Float32Array): Promise<number[]> => {
    const logits: number[] = []
    for (const one of features.of(samples)) logits.push(...(await scorer.logits(one, 1)))
    return logits
  }
  const onValidation = await scored(parts.validation, logitsOf)
  const reading = readingOf(onValidation, experiment)
  const probed = await probeRecordings(
    test,
    async (samples) => recordingProbability(await logitsOf(samples), reading),
    { seed: experiment.seed, ...experiment.evaluation },
  )
  await mkdir(workFolder, { recursive: true })
  return publishModel(request, {
    onnx,
    network: author.network,
    input: { features: spec, window },
    names,
    opset,
    reading,
    evaluation: heldOutEvaluation(probed, reading, experiment),
    experiment,
    participants: {
      train: [...heard],
      validation: participantsOf(parts.validation),
      test: participantsOf(test),
    },
    trainedOn: {
      participants: author.trainedOn.participants,
      recordings: author.trainedOn.recordings,
      // Tested on simulated voices alone, it has been shown nothing of patients either.
      simulated: author.trainedOn.simulated || request.dataset.simulated,
    },
    machine: `trained elsewhere; evaluated on ${machineDescription(experiment.threads)}`,
    bestEpoch: 0,
    history: [],
  })
}

const failureOf = async (what: string, test: () => Promise<Pick<SelfTestResult, 'problem'>>): Promise<string[]> => {
  const { problem } = await test()
  return problem === null ? [] : [`${what}: ${problem}`]
}

async function scored(
  part: readonly TrainingExample[],
  logitsOf: (samples: Float32Array) => Promise<number[]>,
): Promise<ScoredRecording[]> {
  const recordings: ScoredRecording[] = []
  for (const { participantId, label, wavPath } of part)
    recordings.push({ participantId, label, logits: await logitsOf(await readSpeech(wavPath)) })
  return recordings
}
