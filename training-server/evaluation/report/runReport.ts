import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import type { ModelEvaluation } from '../modelEvaluation.ts'
import { Markup, markup } from './markup.ts'
import { modelCard } from './modelCard.ts'
import {
  confusionTable,
  curves,
  errorsTable,
  figuresTable,
  hero,
  lossChart,
  probeCards,
  slicesTable,
  withoutSoundLines,
} from './sections.ts'
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
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; media-src data:">
<title>Run ${manifest.training.runId}</title><style>${new Markup(STYLE)}</style></head><body>
<main>
<header><h1>${manifest.network}, on people it has not learned from</h1>
${hero(evaluation)}
<p class="muted">Run ${manifest.training.runId}, ${manifest.createdAt.slice(0, 16).replace('T', ' ')} UTC. ${evaluation.participants.present} present and ${evaluation.participants.absent} absent participants; 95 % intervals.</p>
${manifest.trainedOn.simulated ? markup`<p class="notice">Trained on simulated data: not for clinical use.</p>` : markup``}
${failed.length > 0 ? markup`<p class="notice">A shortcut could give these figures: ${failed.map(({ name }) => name).join(', ')} failed.</p>` : markup``}
</header>
<section><h2>Figures over participants</h2>${figuresTable(evaluation)}</section>
<section><h2>Without the sound</h2>${withoutSoundLines(evaluation)}</section>
<section><h2>Curves</h2><div class="charts">${curves(evaluation)}${history.length === 0 ? markup`` : lossChart(history)}</div>
<p class="muted">${history.length === 0 ? 'It was trained elsewhere: how its loss fell is not known.' : `The model has the weights of epoch ${bestEpoch}, whose validation loss was the least.`}</p></section>
<section><h2>Shortcut probes</h2>${probeCards(evaluation)}</section>
<div class="columns"><section><h2>Confusion</h2>${confusionTable(evaluation)}</section>
<section><h2>Mistakes</h2>${errorsTable(evaluation)}</section></div>
<section><h2>Groups</h2>${slicesTable(evaluation)}</section>
${examples.length === 0 ? markup`` : markup`<section><h2>To listen to</h2><div class="sounds">${examples.map(({ recordingId, label, probability, wav }) => markup`<div><p><code>${recordingId}</code>, ${label === 1 ? 'present' : 'absent'}, probability ${probability.toFixed(3)}</p><audio controls preload="metadata" src="data:audio/wav;base64,${wav}"></audio></div>`)}</div></section>`}
<section><h2>Model card</h2>${modelCard(manifest, evaluation)}</section>
<section><h2>Experiment</h2><details><summary>Everything that was chosen</summary><pre class="scroll"><code>${JSON.stringify(experiment, null, 2)}</code></pre></details></section>
</main>
</body></html>
`
  return page.text
}
