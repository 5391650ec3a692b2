import { MantineProvider } from '@mantine/core'
import type { Assessment } from '@spira/shared/protocol/records.ts'
import { LANGUAGES, type Language, sharedCatalogue } from '@spira/shared/ui/languages.ts'
import { IntlProvider } from 'react-intl'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { appCatalogue } from '../app/messages.ts'
import type { AssessmentOutcome } from '../bedside/bedside.ts'
import { OutcomePanel } from './OutcomePanel.tsx'

const HASH = 'a'.repeat(64)

const scored = (assessment: Pick<Assessment, 'decision' | 'probability'> & Partial<Assessment>): AssessmentOutcome => ({
  status: 'scored',
  findings: [],
  assessment: {
    id: '01999999-0000-7000-8000-000000000001',
    recordingId: '01999999-0000-7000-8000-000000000002',
    model: { id: '01999999-0000-7000-8000-000000000003', version: 4, sha256: HASH },
    featureSpecHash: HASH,
    runtime: { provider: 'wasm', threads: 2 },
    threshold: 0.5,
    uncertain: { from: 0.4, to: 0.6 },
    windowSeconds: 4,
    interval: { low: 0.1, high: 0.9 },
    windows: [{ startMs: 0, probability: assessment.probability }],
    qualityVerdict: 'good',
    intendedUse: 'not-a-diagnosis',
    madeAt: '2026-11-26T08:00:00.000Z',
    ...assessment,
  },
})

const POSITIVE = scored({ decision: 'positive', probability: 0.83 })
const NEGATIVE = scored({ decision: 'negative', probability: 0.12 })
const UNCERTAIN = scored({ decision: 'uncertain', probability: 0.52 })
/** Far above the threshold, and nothing like what the model learned from: the decision is withheld. */
const UNLIKE = scored({ decision: 'uncertain', probability: 0.97, familiarity: { distance: 9.1, limit: 3.2 } })
const REFUSED: AssessmentOutcome = {
  status: 'refused',
  findings: [
    { code: 'clipped', severity: 'refusal' },
    { code: 'noisy', severity: 'warning' },
  ],
}
const FAILED: AssessmentOutcome = { status: 'failed', reason: 'inference_failed' }
const NOT_SCORED: AssessmentOutcome = { status: 'failed', reason: 'task_not_assessed' }

const render = (outcome: AssessmentOutcome, language: Language = 'en'): string =>
  renderToStaticMarkup(
    <MantineProvider>
      <IntlProvider locale={language} messages={{ ...sharedCatalogue[language], ...appCatalogue[language] }}>
        <OutcomePanel outcome={outcome} />
      </IntlProvider>
    </MantineProvider>,
  )

const wordsOf = (html: string): string =>
  html
    .replaceAll(/<style.*?<\/style>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#x27;', "'")
    .replaceAll(/\s+/g, ' ')
    .trim()

/** What stands within the first element with this test id that ends with `end`. */
const within = (html: string, testId: string, end: string): string =>
  new RegExp(`data-testid="${testId}"[^>]*>(.*?)${end}`).exec(html)?.[1] ?? ''

const decisionOf = (html: string): string => wordsOf(within(html, 'result-decision', '</p>'))
const stepsOf = (html: string): readonly string[] =>
  [...within(html, 'next-steps', '</ol>').matchAll(/<li>(.*?)<\/li>/g)].map(([, step = '']) => wordsOf(step))
const iconsOf = (html: string): readonly string[] =>
  [...html.matchAll(/tabler-icon-([a-z-]+)/g)].map(([, name = '']) => name)

describe('what the model says of a take', () => {
  test('promise 3: a positive result alarms a professional first, in words and with a bell', () => {
    const html = render(POSITIVE)
    expect(decisionOf(html)).toBe('Signs of respiratory insufficiency in the speech')
    expect(iconsOf(html)[0]).toBe('bell')
    expect(stepsOf(html)).toEqual([
      'Tell the professional in charge first, before the patient.',
      'Measure SpO₂ and respiratory rate again now.',
      'The professional decides on examination and care.',
    ])
    expect(wordsOf(html)).toContain('83%')
    expect(wordsOf(html)).toMatch(/not a diagnosis/i)
  })

  test('promise 3: a negative result calms nobody for good: repeat it, and look at the patient', () => {
    const html = render(NEGATIVE)
    expect(decisionOf(html)).toBe('No signs of respiratory insufficiency in the speech')
    expect(wordsOf(html)).toContain('This does not rule out respiratory insufficiency.')
    expect(iconsOf(html)[0]).toBe('circle-minus')
    expect(stepsOf(html)).toEqual([
      'Repeat later, and at once if the patient gets worse.',
      'Low SpO₂ or laboured breathing count more than this result.',
    ])
  })

  test('promise 3: an uncertain result asks for another take and then for a decision without it', () => {
    const html = render(UNCERTAIN)
    expect(decisionOf(html)).toBe('Uncertain')
    expect(wordsOf(html)).toContain('too near the threshold to be read either way')
    expect(iconsOf(html)[0]).toBe('arrows-move-horizontal')
    expect(stepsOf(html)).toEqual([
      'Record once more, nearer to the microphone and in a quieter place.',
      'If it stays uncertain, decide clinically.',
    ])
  })

  test('promise 3: a recording unlike the training data is uncertain however high its score, and says why', () => {
    const html = render(UNLIKE)
    expect(decisionOf(html)).toBe('Uncertain')
    expect(html).toContain('data-likeness="unlike"')
    expect(wordsOf(html)).toContain('its score is not to be read')
    expect(wordsOf(html)).toContain('Distance 9.1; up to 3.2 is usual.')
    expect(wordsOf(html)).not.toContain('too near the threshold')
    expect(iconsOf(html)).toEqual(expect.arrayContaining(['arrows-move-horizontal', 'question-mark']))
    expect(stepsOf(html)).toEqual(stepsOf(render(UNCERTAIN)))
  })

  test('promise 3: a refused take names each fault with its sign, shows no number and leads to no next step', () => {
    const html = render(REFUSED)
    const words = wordsOf(html)
    expect(words).toContain('No result: this recording cannot be read')
    expect(words).toContain('Too loud: the sound is clipped. Move the microphone further away.')
    expect(words).toContain('The room is nearly as loud as the patient')
    expect(words).toContain('redo it while the patient is here')
    expect(iconsOf(html)).toEqual(['ban', 'ban', 'alert-triangle'])
    expect(words).not.toMatch(/\d/)
    expect(html).not.toContain('result-decision')
    expect(html).not.toContain('next-steps')
  })

  test('promise 3: a take that the model could not read says that it is safe and what to do, without a score', () => {
    const html = render(FAILED)
    expect(wordsOf(html)).toContain('The recording is safe, but the model could not read it.')
    expect(wordsOf(html)).toContain('Decide clinically, save the encounter, and tell the administrator')
    expect(iconsOf(html)).toEqual(['tool'])
    expect(html).not.toContain('result-probability')
    expect(html).not.toContain('next-steps')

    const notScored = render(NOT_SCORED)
    expect(wordsOf(notScored)).toBe('This task is kept and is not scored.')
    expect(iconsOf(notScored)).toEqual(['info-circle'])
  })

  test.each(LANGUAGES)('no two decisions share their words, their icon or their next steps, in %s', (language) => {
    const all = [POSITIVE, NEGATIVE, UNCERTAIN].map((outcome) => render(outcome, language))
    for (const of of [decisionOf, (html: string) => iconsOf(html)[0], (html: string) => stepsOf(html).join(' ')])
      expect(new Set(all.map(of)).size).toBe(3)
    const alarm = { 'pt-BR': /profissional responsável/, en: /professional in charge/, es: /profesional responsable/ }
    const again = { 'pt-BR': /^Repita/, en: /^Repeat/, es: /^Repita/ }
    expect(stepsOf(all[0] ?? '')[0]).toMatch(alarm[language])
    expect(stepsOf(all[1] ?? '')[0]).toMatch(again[language])
  })
})
