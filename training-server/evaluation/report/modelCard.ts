import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import type { ModelEvaluation } from '../modelEvaluation.ts'
import { ALWAYS_COMPARED } from '../slices.ts'
import { markup, type Markup } from './markup.ts'

/** Fewer test participants of a class leave every interval wide. */
const FEW = 50

/** What the model is for, what it comes from and where it ends, from the run's own files: nobody types it. */
export function modelCard(manifest: Omit<ModelManifest, 'version'>, evaluation: ModelEvaluation): Markup {
  const { trainedOn, training, window, uncertain, threshold, temperature } = manifest
  const { operatingPoint } = evaluation
  const calibrationSentence =
    manifest.isotonic === undefined
      ? `Temperature ${temperature.toFixed(3)}.`
      : `Isotonic calibration at ${manifest.isotonic.from.length} points.`
  const rule =
    operatingPoint?.kind === 'sensitivity'
      ? `the highest that catches ${100 * operatingPoint.atLeast} % of the present validation participants`
      : 'the largest sensitivity + specificity on the validation participants'
  const entries: readonly (readonly [string, Markup | string])[] = [
    [
      'Intended use',
      'An aid to triage. It says how likely respiratory insufficiency is from speech; it is no diagnosis, and a clinician decides, always.',
    ],
    [
      'Not for',
      trainedOn.simulated
        ? 'Any clinical use: it was trained on simulated data.'
        : 'Deciding without a clinician, other languages or tasks than it was trained on, recordings that the quality check refuses.',
    ],
    [
      'Network',
      `${manifest.network}, ${manifest.features.kind} features, windows of ${window.seconds} s every ${window.hopSeconds} s`,
    ],
    [
      'Trained on',
      markup`${trainedOn.recordings} recordings of ${trainedOn.participants} participants; dataset <code>${trainedOn.datasetHash}</code>`,
    ],
    [
      'Tested on',
      `${evaluation.recordings} recordings of ${evaluation.participants.present} present and ${evaluation.participants.absent} absent participants, none of whom trained it or chose its threshold`,
    ],
    [
      'Reading a score',
      `Present from ${threshold.toFixed(3)} (${rule}); from ${uncertain.from.toFixed(3)} to ${uncertain.to.toFixed(3)} it is uncertain: record again or decide clinically (${evaluation.uncertain.participants} of the test participants). ${calibrationSentence}`,
    ],
    ['Limits', markup`<ul>${limits(manifest, evaluation).map((limit) => markup`<li>${limit}</li>`)}</ul>`],
    [
      'Provenance',
      markup`run <code>${training.runId}</code>, seed ${training.seed}, configuration <code>${training.configurationHash}</code>, code <code>${training.codeVersion}</code>, ${training.machine}; model.onnx <code>${manifest.onnx.sha256}</code>`,
    ],
  ]
  return markup`<dl>${entries.map(([term, text]) => markup`<dt>${term}</dt><dd>${text}</dd>`)}</dl>`
}

function limits(
  manifest: Omit<ModelManifest, 'version'>,
  { participants, probes, slices, metrics, withoutSound }: ModelEvaluation,
): string[] {
  const few = Math.min(participants.present, participants.absent)
  const unnamed = ALWAYS_COMPARED.filter((column) => !slices.some(({ by }) => by === column))
  return [
    ...(manifest.trainedOn.simulated ? ['Simulated data say nothing about patients.'] : []),
    ...(metrics.rocAuc.low <= 0.5
      ? [
          `Not shown to be better than chance: the interval of the ROC-AUC is ${metrics.rocAuc.low.toFixed(2)} to ${metrics.rocAuc.high.toFixed(2)}.`,
        ]
      : []),
    ...(withoutSound !== undefined && withoutSound.gained.low <= 0
      ? [
          `Not shown to beat vitals and symptoms alone (${withoutSound.columns.join(', ')}), whose ROC-AUC is ${withoutSound.rocAuc.value.toFixed(2)}.`,
        ]
      : []),
    ...(few < FEW ? [`Tested on only ${few} participants of one class: read the intervals, not the values.`] : []),
    ...probes.flatMap(({ name, outcome, finding }) =>
      outcome === 'passed' ? [] : [`Probe ${name} ${OUTCOMES[outcome]}: ${finding}`],
    ),
    ...(unnamed.length > 0
      ? [
          `Not compared by ${unnamed.join(', ')}: it is not known of the test participants, they do not differ in it, or nearly each has a value of their own.`,
        ]
      : []),
  ]
}

const OUTCOMES = { failed: 'failed', inconclusive: 'is inconclusive', 'not-run': 'was not run' } as const
