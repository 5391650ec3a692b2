import type { Estimate } from '../bootstrap.ts'
import type { ModelEvaluation } from '../modelEvaluation.ts'
import type { Probe } from '../probes/probes.ts'
import { verdictOf, WHY_NO_SPO2 } from '../withoutSound.ts'
import { chart, roundTicks, SHARE_TICKS, type Axis } from './chart.ts'
import { markup, type Markup } from './markup.ts'

/** Names of the figures as a reader knows them; others keep their own. */
const NAMES: Readonly<Record<string, string>> = {
  rocAuc: 'ROC-AUC',
  prAuc: 'Average precision (PR-AUC)',
  sensitivity: 'Sensitivity',
  specificity: 'Specificity',
  f1: 'F1',
  uar: 'Unweighted average recall',
  brier: 'Brier score (less is better)',
  calibrationError: 'Expected calibration error (less is better)',
}

const fixed = (value: number, digits = 3): string => (Number.isFinite(value) ? value.toFixed(digits) : 'none')
const interval = ({ low, high }: Estimate): string => `${fixed(low)} to ${fixed(high)}`
const share = (title: string): Axis => ({ title, from: 0, to: 1, ticks: SHARE_TICKS })

export const figuresTable = ({ metrics }: ModelEvaluation): Markup => markup`<div class="scroll"><table class="figures">
<thead><tr><th>Figure</th><th class="number">Value</th><th class="number">95 % interval</th><th class="range">from 0 to 1</th></tr></thead><tbody>
${Object.entries(metrics).map(([name, estimate]) => markup`<tr><td>${NAMES[name] ?? name}</td><td class="number"><strong>${fixed(estimate.value)}</strong></td><td class="number">${interval(estimate)}</td>${range(estimate)}</tr>`)}
</tbody></table></div>`

const percent = (value: number): string => (100 * Math.min(1, Math.max(0, value))).toFixed(1)

/** The value as a dot on its interval, between 0 and 1. */
const range = ({ value, low, high }: Estimate): Markup =>
  markup`<td class="range" aria-hidden="true"><div><i style="left:${percent(low)}%;width:${percent(high - low)}%"></i><b style="left:${percent(value)}%"></b></div></td>`

const row = (name: string, estimate: Estimate): Markup =>
  markup`<tr><td>${name}</td><td class="number"><strong>${fixed(estimate.value)}</strong></td><td class="number">${interval(estimate)}</td></tr>`

/** How much the sound adds to what is known at the bedside without it. */
export const withoutSoundLines = ({ metrics, withoutSound }: ModelEvaluation): Markup => {
  if (withoutSound === undefined)
    return markup`<p class="muted">Nothing to compare with: the dataset has neither vitals nor symptoms of the people it was trained on.</p>`
  return markup`<p>${verdictOf(withoutSound)}</p><div class="scroll"><table>
<thead><tr><th>ROC-AUC of the same people</th><th class="number">Value</th><th class="number">95 % interval</th></tr></thead><tbody>
${row('By sound, this model', metrics.rocAuc)}
${row(`Vitals and symptoms alone: ${withoutSound.columns.join(', ')}`, withoutSound.rocAuc)}
${row('Difference', withoutSound.gained)}
</tbody></table></div><p class="muted">A logistic regression, fitted to the people the model was trained on. ${WHY_NO_SPO2}</p>`
}

/** What is read first, large. */
export const hero = ({ metrics }: ModelEvaluation): Markup => {
  const one = (name: 'rocAuc' | 'sensitivity' | 'specificity' | 'brier', look: string) =>
    markup`<div class="${look}"><b>${fixed(metrics[name].value, 2)}</b><span>${HERO[name]}<br>${fixed(metrics[name].low, 2)} to ${fixed(metrics[name].high, 2)}</span></div>`
  return markup`<div class="hero">${one('rocAuc', 'main')}${one('sensitivity', '')}${one('specificity', '')}${one('brier', '')}</div>`
}

const HERO = {
  rocAuc: 'ROC-AUC',
  sensitivity: 'sensitivity',
  specificity: 'specificity',
  brier: 'Brier score',
} as const

export const confusionTable = ({ confusion, threshold }: ModelEvaluation): Markup => markup`<table class="confusion">
<thead><tr><th></th><th>called present</th><th>called absent</th></tr></thead><tbody>
<tr><th>present</th><td class="right">${confusion.truePositives}</td><td class="wrong">${confusion.falseNegatives}</td></tr>
<tr><th>absent</th><td class="wrong">${confusion.falsePositives}</td><td class="right">${confusion.trueNegatives}</td></tr>
</tbody></table><p class="muted">Participants at the threshold ${fixed(threshold)}.</p>`

export function curves({ curves: { roc, precisionRecall, calibration }, participants }: ModelEvaluation): Markup[] {
  const prevalence = participants.present / (participants.present + participants.absent)
  return [
    chart('ROC', share('1 - specificity'), share('sensitivity'), [
      {
        name: 'chance',
        look: 'guide',
        points: [
          [0, 0],
          [1, 1],
        ],
      },
      { name: 'model', look: 'first', points: roc, shaded: true },
    ]),
    chart('Precision and recall', share('recall'), share('precision'), [
      {
        name: 'everybody called present',
        look: 'guide',
        points: [
          [0, prevalence],
          [1, prevalence],
        ],
      },
      { name: 'model', look: 'first', points: precisionRecall, shaded: true },
    ]),
    chart('Calibration', share('mean probability'), share('share present'), [
      {
        name: 'perfect',
        look: 'guide',
        points: [
          [0, 0],
          [1, 1],
        ],
      },
      {
        name: 'model, a dot for each tenth, larger with more participants',
        look: 'first',
        points: calibration.map((bin) => [bin.meanProbability, bin.shareOfPresent]),
        counts: calibration.map(({ count }) => count),
      },
    ]),
  ]
}

export function lossChart(history: readonly { epoch: number; trainLoss: number; validationLoss: number }[]): Markup {
  const epochs = history.at(-1)?.epoch ?? 1
  const highest = Math.max(...history.flatMap(({ trainLoss, validationLoss }) => [trainLoss, validationLoss]))
  const ticks = roundTicks(highest)
  const x = {
    title: 'epoch',
    from: 0,
    to: epochs,
    ticks: roundTicks(epochs).filter((tick) => tick <= epochs && Number.isInteger(tick)),
  }
  return chart('Loss', x, { title: 'cross-entropy', from: 0, to: ticks.at(-1) ?? 1, ticks }, [
    { name: 'training', look: 'second', points: history.map(({ epoch, trainLoss }) => [epoch, trainLoss]) },
    { name: 'validation', look: 'first', points: history.map(({ epoch, validationLoss }) => [epoch, validationLoss]) },
  ])
}

export const probeCards = ({ probes }: ModelEvaluation): Markup => markup`<div class="probes">
${probes.map(({ name, outcome, finding, rule, participants }) => markup`<article class="probe"><h3>${PROBE_NAMES[name]} <span class="pill ${outcome}">${OUTCOME_NAMES[outcome]}</span></h3><p>${finding}</p><details><summary>Rule</summary>${rule} ${participants.present} present and ${participants.absent} absent participants.</details></article>`)}
</div>`

const PROBE_NAMES: Readonly<Record<Probe['name'], string>> = {
  'ward-noise-swap': 'Ward noise changes classes',
  'room-tone-only': 'The room alone',
  'channel-only': 'The channel alone',
  'label-permutation': 'Labels shuffled',
  'leave-one-site-out': 'A site never heard',
  matched: 'Matched on site, sex, age',
}
const OUTCOME_NAMES: Readonly<Record<Probe['outcome'], string>> = {
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'inconclusive',
  'not-run': 'not run',
}

const cell = (estimate: Estimate | undefined) =>
  estimate === undefined
    ? markup`<td class="number muted">too few</td>`
    : markup`<td class="number">${fixed(estimate.value, 2)} <span class="muted">${fixed(estimate.low, 2)} to ${fixed(estimate.high, 2)}</span></td>`

export function slicesTable({ slices }: ModelEvaluation): Markup {
  if (slices.length === 0) return markup`<p class="muted">The dataset names no groups with more than one value.</p>`
  return markup`<div class="scroll"><table>
<thead><tr><th>Group</th><th>Value</th><th class="number">Present</th><th class="number">Absent</th><th class="number">ROC-AUC</th><th class="number">Sensitivity</th><th class="number">Specificity</th></tr></thead><tbody>
${slices.map(({ by, value, participants, figures }) => markup`<tr><td>${by}</td><td>${value}</td><td class="number">${participants.present}</td><td class="number">${participants.absent}</td>${cell(figures.rocAuc)}${cell(figures.sensitivity)}${cell(figures.specificity)}</tr>`)}
</tbody></table></div>`
}

export function errorsTable({ errors }: ModelEvaluation): Markup {
  if (errors.length === 0) return markup`<p>No participant is on the wrong side of the threshold.</p>`
  return markup`<div class="scroll"><table><thead><tr><th>Participant</th><th>Is</th><th class="number">Probability</th></tr></thead><tbody>
${errors.slice(0, 30).map(({ participantId, label, probability }) => markup`<tr><td><code>${participantId}</code></td><td>${label === 1 ? 'present' : 'absent'}</td><td class="number">${fixed(probability)}</td></tr>`)}
</tbody></table></div><p class="muted">${errors.length} participants on the wrong side, the most certain mistakes first${errors.length > 30 ? '; thirty are listed' : ''}.</p>`
}
