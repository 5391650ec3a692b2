import { expect, test } from 'vitest'
import type { TrainingExample } from '../trainingRequest.ts'
import { bedsideFindings } from './bedsideFindings.ts'

const example = (groups: Record<string, string>): TrainingExample => ({
  recordingId: 'r',
  participantId: 'p',
  siteId: 's',
  label: 0,
  groups,
  wavPath: 'none',
})

test('vitals and symptoms are looked at, in one order, and nothing else: not the saturation, which makes the label', () => {
  const people = [
    example({ respiratory_rate_per_min: '22', symptom_cough: '1', pauses: '4' }),
    example({ spo2_percent: '93', heart_rate_per_min: '101', symptom_chest_pain: '0', site: 'a' }),
  ]
  const findings = bedsideFindings(people)
  expect(findings?.columns).toEqual([
    'heart_rate_per_min',
    'respiratory_rate_per_min',
    'symptom_chest_pain',
    'symptom_cough',
  ])
  expect(people.map((one) => findings?.row(one))).toEqual([
    [null, 22, null, 1],
    [101, null, 0, null],
  ])
})

test('what is no number was not measured', () => {
  const refused = example({ heart_rate_per_min: 'refused' })
  expect(bedsideFindings([refused])?.row(refused)).toEqual([null])
})

test('without vitals and symptoms there is no such baseline', () => {
  expect(bedsideFindings([example({ site: 'a', pauses: '2', spo2_percent: '91' })])).toBeNull()
})
