import { describeSpeech, type SpeechDescriptors } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import { detectSpeech } from '@spira/shared/signal/speech/speechDetector.ts'
import { evaluateScores, type Evaluation } from '../../evaluation/evaluateScores.ts'
import { chooseThreshold } from '../../evaluation/operatingPoint.ts'
import { participantScores } from '../../evaluation/participantScores.ts'
import type { Experiment } from '../experiment.ts'
import { readSpeech } from '../speech.ts'
import { openSpeechDetection } from '../speechDetection.ts'
import { splitByParticipant } from '../split.ts'
import type { TrainingExample } from '../trainingRequest.ts'
import { fitLogisticRegression, predict, type LogisticRegression } from './logisticRegression.ts'

/**
 * What the baseline looks at: how somebody speaks, not how long, how loud, in which room or with which pitch (which tells the sex).
 */
export const BASELINE_DESCRIPTORS = [
  'pauseMeanSeconds',
  'pauseShare',
  'speechRate',
  'articulationRate',
  'voicedShare',
  'f0SdHz',
  'jitterLocal',
  'shimmerLocal',
  'hnrDb',
] as const satisfies readonly (keyof SpeechDescriptors)[]

/**
 * Logistic regression on the acoustic descriptors, trained and evaluated as a network is: the same people train, choose the threshold
 * and test. The baseline that a person can read, and that a network has to beat.
 *
 * @throws SpiraError dataset_too_small.
 */
export async function descriptorBaseline(
  examples: readonly TrainingExample[],
  experiment: Pick<Experiment, 'split' | 'operatingPoint' | 'seed'>,
): Promise<{ readonly model: LogisticRegression; readonly evaluation: Evaluation }> {
  const parts = splitByParticipant(examples, experiment.split)
  const train = await describeAll(parts.train)
  const model = fitLogisticRegression(
    train.map(({ row }) => row),
    train.map(({ label }) => label),
  )
  const scores = async (part: readonly TrainingExample[]) =>
    participantScores(
      (await describeAll(part)).map(({ participantId, label, row }) => ({
        participantId,
        label,
        probability: predict(model, row),
      })),
    )
  const threshold = chooseThreshold(await scores(parts.validation), experiment.operatingPoint)
  return { model, evaluation: evaluateScores(await scores(parts.test), { threshold, seed: experiment.seed }) }
}

async function describeAll(part: readonly TrainingExample[]) {
  const vad = await openSpeechDetection()
  const described: { participantId: string; label: 0 | 1; row: (number | null)[] }[] = []
  for (const { participantId, label, wavPath } of part) {
    const samples = await readSpeech(wavPath)
    const descriptors = describeSpeech(samples, await detectSpeech(vad, samples))
    described.push({ participantId, label, row: BASELINE_DESCRIPTORS.map((name) => descriptors[name]) })
  }
  await vad.release()
  return described
}
