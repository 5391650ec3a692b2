import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import type { ModelEvaluation } from '../modelEvaluation.ts'
import { Markup, markup } from './markup.ts'
import { modelCard } from './modelCard.ts'
import { confusionTable, curves, errorsTable, figuresTable, lossChart, probesTable, slicesTable } from './sections.ts'
import { STYLE } from './style.ts'

/** A recording to listen to, inside the page. */
export interface AudioExample {
  readonly recordingId: string
  readonly label: 0 | 1
  readonly probability: number
  /** A WAV file, base64. */
  readonly wav: string
}

export interface ReportedRun {
  readonly manifest: Omit<ModelManifest, 'version'>
  readonly evaluation: ModelEvaluation
  readonly history: readonly { readonly epoch: number; readonly trainLoss: number; readonly validationLoss: number }[]
  readonly bestEpoch: number
  readonly experiment: object
  readonly examples: readonly AudioExample[]
}

/** One page of HTML that needs nothing from anywhere: style, charts and sounds are in it. */
export function runReport({ manifest, evaluation, history, bestEpoch, experiment, examples }: ReportedRun): string {
  const failed = evaluation.probes.filter(({ outcome }) => outcome === 'failed')
  const { rocAuc } = evaluation.metrics
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; media-src data:">
<title>Run ${manifest.training.runId}</title><style>${new Markup(STYLE)}</style></head><body>
<h1>${manifest.network}: ROC-AUC ${rocAuc.value.toFixed(2)}, 95 % interval ${rocAuc.low.toFixed(2)} to ${rocAuc.high.toFixed(2)}</h1>
<p class="muted">Run ${manifest.training.runId}, ${manifest.createdAt.slice(0, 16).replace('T', ' ')} UTC. ${evaluation.participants.present} present and ${evaluation.participants.absent} absent participants, none of whom the model has learned from.</p>
${manifest.trainedOn.simulated ? markup`<p class="notice">Trained on simulated data: not for clinical use.</p>` : markup``}
${failed.length > 0 ? markup`<p class="notice">A shortcut could give these figures: ${failed.map(({ name }) => name).join(', ')} failed.</p>` : markup``}
<h2>Figures over participants</h2>${figuresTable(evaluation)}
<h2>Curves</h2><div class="charts">${curves(evaluation)}${lossChart(history)}</div>
<p class="muted">The model has the weights of epoch ${bestEpoch}, whose validation loss was the least.</p>
<h2>Confusion</h2>${confusionTable(evaluation)}
<h2>Shortcut probes</h2>${probesTable(evaluation)}
<h2>Groups</h2>${slicesTable(evaluation)}
<h2>Mistakes</h2>${errorsTable(evaluation)}
${examples.length === 0 ? markup`` : markup`<h2>To listen to</h2>${examples.map(({ recordingId, label, probability, wav }) => markup`<p><code>${recordingId}</code>, ${label === 1 ? 'present' : 'absent'}, probability ${probability.toFixed(3)}<br><audio controls preload="none" src="data:audio/wav;base64,${wav}"></audio></p>`)}`}
<h2>Model card</h2>${modelCard(manifest, evaluation)}
<h2>Experiment</h2><pre class="scroll"><code>${JSON.stringify(experiment, null, 2)}</code></pre>
</body></html>
`
  return page.text
}
