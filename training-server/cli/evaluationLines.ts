import type { Estimate } from '../evaluation/bootstrap.ts'
import type { ModelEvaluation } from '../evaluation/modelEvaluation.ts'

/** Mistakes that are printed; evaluation.json has all. */
const MISTAKES = 10

const figure = (estimate: Estimate | undefined): string =>
  (estimate === undefined
    ? 'too few'
    : `${estimate.value.toFixed(2)} (${estimate.low.toFixed(2)} to ${estimate.high.toFixed(2)})`
  ).padEnd(20)

/** What an evaluation found, for a terminal: figures, confusion, probes, slices, mistakes. */
export function evaluationLines({ metrics, confusion, probes, slices, errors }: ModelEvaluation): string[] {
  return [
    ...Object.entries(metrics).map(
      ([name, { value, low, high }]) =>
        `${name.padEnd(16)} ${value.toFixed(3)}  (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)})`,
    ),
    '',
    `called           present  absent`,
    `are present      ${String(confusion.truePositives).padStart(7)} ${String(confusion.falseNegatives).padStart(7)}`,
    `are absent       ${String(confusion.falsePositives).padStart(7)} ${String(confusion.trueNegatives).padStart(7)}`,
    '',
    ...probes.map(({ name, outcome, finding }) => `${name.padEnd(18)} ${outcome.padEnd(12)} ${finding}`),
    ...(slices.length === 0
      ? []
      : ['', `${'group'.padEnd(24)} present absent  ${'ROC-AUC'.padEnd(20)} ${'sensitivity'.padEnd(20)} specificity`]),
    ...slices.map(({ by, value, participants, figures }) =>
      `${`${by} ${value}`.padEnd(24)} ${String(participants.present).padStart(7)} ${String(participants.absent).padStart(6)}  ${figure(figures.rocAuc)} ${figure(figures.sensitivity)} ${figure(figures.specificity)}`.trimEnd(),
    ),
    ...(errors.length === 0
      ? ['', 'No participant is on the wrong side of the threshold.']
      : ['', `${errors.length} participants on the wrong side of the threshold, the most certain mistakes first`]),
    ...errors
      .slice(0, MISTAKES)
      .map(
        ({ participantId, label, probability }) => `  ${participantId}  is ${label}, scores ${probability.toFixed(3)}`,
      ),
  ]
}
