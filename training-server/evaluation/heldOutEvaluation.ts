import { fitTemperature, recordingProbability, uncertainBand, type ScoredRecording } from '../training/calibration.ts'
import type { Experiment } from '../training/experiment.ts'
import { modelEvaluation, type ModelEvaluation } from './modelEvaluation.ts'
import { chooseThreshold } from './operatingPoint.ts'
import { participantScores } from './participantScores.ts'
import type { ProbedRecording } from './probes/conditions.ts'
import type { RetrainedScores } from './probes/probes.ts'

/** How a model's logits are read; chosen on validation participants alone. */
export interface Reading {
  readonly temperature: number
  readonly threshold: number
  readonly uncertain: { readonly from: number; readonly to: number }
}

export function readingOf(
  validation: readonly ScoredRecording[],
  { operatingPoint }: Pick<Experiment, 'operatingPoint'>,
): Reading {
  const temperature = fitTemperature(validation)
  const people = participantScores(
    validation.map(({ participantId, label, logits }) => ({
      participantId,
      label,
      probability: recordingProbability(logits, temperature),
    })),
  )
  const threshold = chooseThreshold(people, operatingPoint)
  return { temperature, threshold, uncertain: uncertainBand(threshold) }
}

/** All figures of a model on the people its experiment holds out. */
export const heldOutEvaluation = (
  probed: readonly ProbedRecording[],
  { threshold, uncertain }: Pick<Reading, 'threshold' | 'uncertain'>,
  {
    operatingPoint,
    seed,
    labels,
    split: { heldOut },
  }: Pick<Experiment, 'operatingPoint' | 'seed' | 'labels' | 'split'>,
  retrained?: RetrainedScores,
): ModelEvaluation =>
  modelEvaluation(probed, {
    threshold,
    operatingPoint,
    uncertain,
    seed,
    heldOutColumn: heldOut.by === 'group' ? heldOut.column : null,
    labelsPermuted: labels === 'permuted',
    ...(retrained === undefined ? {} : { retrained }),
  })
