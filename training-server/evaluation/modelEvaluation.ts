import type { Estimate } from './bootstrap.ts'
import { calibrationCurve, type CalibrationBin } from './calibrationCurve.ts'
import { precisionRecallCurve, rocCurve, type Point } from './curves.ts'
import { evaluateScores, type Evaluation } from './evaluateScores.ts'
import { confusionAt, type Confusion } from './metrics.ts'
import type { OperatingPoint } from './operatingPoint.ts'
import { participantScores, type ParticipantScore } from './participantScores.ts'
import type { ProbedRecording } from './probes/conditions.ts'
import { runProbes, type Probe, type ProbeContext } from './probes/probes.ts'
import { slices, type Slice } from './slices.ts'
import type { WithoutSound } from './withoutSound.ts'

/** evaluation.json: everything that was found out about a model on people it has not learned from. */
export interface ModelEvaluation extends Evaluation {
  readonly schema: 1
  readonly recordings: number
  /** Null where the threshold came with the model. */
  readonly operatingPoint: OperatingPoint | null
  readonly confusion: Confusion
  /** Participants inside the band of scores that say "record again or decide clinically". */
  readonly uncertain: { readonly from: number; readonly to: number; readonly participants: number }
  readonly curves: {
    readonly roc: readonly Point[]
    readonly precisionRecall: readonly Point[]
    readonly calibration: readonly CalibrationBin[]
  }
  readonly slices: readonly Slice[]
  /** On the wrong side of the threshold, the most certain mistakes first. */
  readonly errors: readonly ParticipantScore[]
  readonly probes: readonly Probe[]
  /** Left out where nothing was known of the people but their sound, or of an earlier version. */
  readonly withoutSound?: WithoutSound
  /** One a recording, under every condition: figures can be computed anew from them. */
  readonly scores: readonly ProbedRecording[]
}

export interface EvaluationOptions extends ProbeContext {
  readonly threshold: number
  readonly operatingPoint: OperatingPoint | null
  readonly uncertain: { readonly from: number; readonly to: number }
}

/** All figures, over participants, of scores under all conditions. The same scores and seed give the same figures. */
export function modelEvaluation(scores: readonly ProbedRecording[], options: EvaluationOptions): ModelEvaluation {
  const { threshold, operatingPoint, uncertain, seed } = options
  const described = scores.map(({ participantId, label, groups, clean }) => ({
    participantId,
    label,
    groups,
    probability: clean,
  }))
  const people = participantScores(described)
  const wrong = people.filter(({ label, probability }) => (probability >= threshold ? 1 : 0) !== label)
  return {
    schema: 1,
    ...evaluateScores(people, { threshold, seed }),
    recordings: scores.length,
    operatingPoint,
    confusion: confusionAt(people, threshold),
    uncertain: {
      ...uncertain,
      participants: people.filter(({ probability }) => probability >= uncertain.from && probability <= uncertain.to)
        .length,
    },
    curves: {
      roc: rocCurve(people),
      precisionRecall: precisionRecallCurve(people),
      calibration: calibrationCurve(people),
    },
    slices: slices(described, { threshold, seed }),
    errors: wrong.sort((a, b) => Math.abs(b.probability - threshold) - Math.abs(a.probability - threshold)),
    probes: runProbes(scores, options),
    scores,
  }
}

/** Figures of the probes under names of their own, for the manifest and for lists of metrics. */
export function probeMetrics(probes: readonly Probe[]): Record<string, Estimate> {
  const figure = (probe: Probe['name'], name: string) => probes.find((one) => one.name === probe)?.figures[name]
  const named = {
    permutationP: figure('label-permutation', 'p'),
    shuffledLabelsAuc: figure('label-permutation', 'trainedOnShuffled'),
    unseenSiteAuc: figure('leave-one-site-out', 'rocAuc'),
    noiseInAbsentAuc: figure('ward-noise-swap', 'noiseInAbsent'),
    noiseInPresentAuc: figure('ward-noise-swap', 'noiseInPresent'),
    roomToneAuc: figure('room-tone-only', 'rocAuc'),
    voiceInRoomAuc: figure('room-tone-only', 'underVoice'),
    channelAuc: figure('channel-only', 'rocAuc'),
    matchedAuc: figure('matched', 'rocAuc'),
  }
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
