import { recordingProbability, type Calibration } from '@spira/shared/model/calibration.ts'
import { fitCalibration, uncertainBand, type ScoredRecording } from '../training/calibration.ts'
import type { Experiment } from '../training/experiment.ts'
import { modelEvaluation, type ModelEvaluation } from './modelEvaluation.ts'
import { chooseThreshold } from './operatingPoint.ts'
import { participantScores } from './participantScores.ts'
import type { ProbedRecording } from './probes/conditions.ts'
import type { ProbeContext } from './probes/probes.ts'

/** How a model's logits are read; chosen on validation participants alone. */
export interface Reading extends Calibration {
  readonly threshold: number
  readonly uncertain: { readonly from: number; readonly to: number }
}

export function readingOf(
  validation: readonly ScoredRecording[],
  { operatingPoint, calibration: kind, uncertain }: Pick<Experiment, 'operatingPoint' | 'calibration' | 'uncertain'>,
): Reading {
  const calibration = fitCalibration(validation, kind)
  const people = participantScores(
    validation.map(({ participantId, label, logits }) => ({
      participantId,
      label,
      probability: recordingProbability(logits, calibration),
    })),
  )
  const threshold = chooseThreshold(people, operatingPoint)
  return { ...calibration, threshold, uncertain: uncertainBand(threshold, uncertain.margin) }
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
  probing: Pick<ProbeContext, 'retrained' | 'noiseHeardInTraining'> = {},
): ModelEvaluation =>
  modelEvaluation(probed, {
    threshold,
    operatingPoint,
    uncertain,
    seed,
    heldOutColumn: heldOut.by === 'group' ? heldOut.column : null,
    labelsPermuted: labels === 'permuted',
    ...probing,
  })
