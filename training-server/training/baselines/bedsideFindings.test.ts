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

test('vitals and symptoms are looked at, in one order, and nothing else', async () => {
  const people = [
    example({ respiratory_rate_per_min: '22', symptom_cough: '1', pauses: '4' }),
    example({ spo2_percent: '93', symptom_chest_pain: '0', site: 'a' }),
  ]
  const findings = bedsideFindings(people)
  expect(findings?.columns).toEqual(['spo2_percent', 'respiratory_rate_per_min', 'symptom_chest_pain', 'symptom_cough'])
  const reader = await findings?.open()
  expect(await reader?.row(new Float32Array(0), people[0])).toEqual([null, 22, null, 1])
  expect(await reader?.row(new Float32Array(0), people[1])).toEqual([93, null, 0, null])
})

test('what is no number was not measured', async () => {
  const reader = await bedsideFindings([example({ spo2_percent: 'refused' })])?.open()
  expect(await reader?.row(new Float32Array(0), example({ spo2_percent: 'refused' }))).toEqual([null])
})

test('without vitals and symptoms there is no such baseline', () => {
  expect(bedsideFindings([example({ site: 'a', pauses: '2' })])).toBeNull()
})
