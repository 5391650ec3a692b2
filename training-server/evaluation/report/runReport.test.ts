import { describe, expect, test } from 'vitest'
import { tinyModel } from '@spira/shared/model/testing/tinyModel.ts'
import { modelEvaluation } from '../modelEvaluation.ts'
import { roundTicks } from './chart.ts'
import { markup } from './markup.ts'
import { runReport } from './runReport.ts'

const { manifest } = await tinyModel({})
const scores = Array.from({ length: 24 }, (_, at) => {
  const label = (at % 2) as 0 | 1
  const clean = ((at * 7) % 24) / 40 + 0.3 * label
  const groups = { site: at < 12 ? 'Ward <b>1</b>' : 'Home' }
  return {
    recordingId: `r${at}`,
    participantId: `p${at}`,
    label,
    groups,
    clean,
    noisy: clean,
    roomTone: ((at * 5) % 24) / 24,
    voiceInRoom: ((at * 11) % 24) / 24,
    channel: 0.5,
  }
})
const evaluation = modelEvaluation(scores, {
  threshold: 0.4,
  operatingPoint: { kind: 'sensitivity', atLeast: 0.9 },
  uncertain: { from: 0.3, to: 0.5 },
  seed: 1,
  heldOutColumn: null,
  labelsPermuted: false,
})
const page = runReport({
  manifest,
  evaluation,
  history: [
    { epoch: 1, trainLoss: 0.7, validationLoss: 0.69 },
    { epoch: 2, trainLoss: 0.5, validationLoss: 0.6 },
  ],
  bestEpoch: 2,
  experiment: { seed: 1 },
  examples: [{ recordingId: 'r1', label: 1, probability: 0.2, wav: 'UklGRg==' }],
})

describe('the page about a run', () => {
  test('asks nothing of any network', () => {
    expect(page).not.toMatch(/https?:|<script|<link|@import|url\(/)
    expect(page).toContain("default-src 'none'")
  })

  test('what people typed is text, not markup', () => {
    expect(page).toContain('Ward &lt;b&gt;1&lt;/b&gt;')
    expect(page).not.toContain('<b>1</b>')
  })

  test('has every figure with its interval, every probe with its rule, and the card from the run', () => {
    const { value, low, high } = evaluation.metrics.rocAuc
    expect(page).toContain(
      `<strong>${value.toFixed(3)}</strong></td><td class="number">${low.toFixed(3)} to ${high.toFixed(3)}<`,
    )
    expect(page.match(/class="probe"/g)).toHaveLength(evaluation.probes.length)
    for (const { rule } of evaluation.probes) {
      expect(page).toContain(rule.replaceAll('"', '&quot;').replaceAll("'", '&#39;'))
    }
    expect(page).toContain(manifest.training.configurationHash)
    expect(page).toContain('Simulated data say nothing about patients.')
    expect(page).toContain('Tested on only 12 participants of one class')
    expect(page.match(/<svg/g)).toHaveLength(4)
  })
})

test('a model that is not shown to beat vitals and symptoms says so, on the page and on its card', () => {
  const withoutSound = {
    columns: ['respiratory_rate_per_min'],
    rocAuc: { value: 0.812, low: 0.7, high: 0.9 },
    gained: { value: 0.02, low: -0.05, high: 0.09 },
  }
  const compared = runReport({
    manifest,
    evaluation: { ...evaluation, withoutSound },
    history: [],
    bestEpoch: 0,
    experiment: {},
    examples: [],
  })
  expect(compared).toContain('Vitals and symptoms alone: respiratory_rate_per_min')
  expect(compared).toContain('<strong>0.812</strong></td><td class="number">0.700 to 0.900')
  expect(compared).toContain('Sound is not shown to do better')
  expect(compared).toContain('Not shown to beat vitals and symptoms alone (respiratory_rate_per_min)')
  expect(page).toContain('Nothing to compare with')
})

test('markup escapes what is put in and keeps markup', () => {
  expect(markup`<p title="${'"&'}">${markup`<i>${'<'}</i>`}</p>`.text).toBe('<p title="&quot;&amp;"><i>&lt;</i></p>')
})

test('ticks are round and reach the highest value', () => {
  expect(roundTicks(0.7)).toEqual([0, 0.2, 0.4, 0.6, 0.8])
  expect(roundTicks(8)).toEqual([0, 2, 4, 6, 8])
})
