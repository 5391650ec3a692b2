import { describe, expect, test } from 'vitest'
import type { Field, FieldOf } from './clinicalProtocol.ts'
import { type Entries, impossibleAnswer, readEntries, readEntry, toggled } from './clinicalProtocolAnswers.ts'
import { defaultProtocol } from './clinicalProtocolDefault.ts'

const TODAY = '2026-11-25'
const read = (entries: Entries, confirmed = {}) => readEntries(defaultProtocol, entries, confirmed, TODAY)
const fieldOf = <Kind extends Field['kind']>(kind: Kind, id: string): FieldOf<Kind> => {
  const found = defaultProtocol.sections.flatMap(({ fields }) => fields).find((field) => field.id === id)
  if (found?.kind !== kind) throw new Error(`no ${kind} ${id}`)
  return found as FieldOf<Kind>
}

describe('a number', () => {
  const spo2 = fieldOf('number', 'spo2Percent')
  const weight = fieldOf('number', 'weightKg')

  test('is taken when usual, asked for when unusual, refused when impossible', () => {
    expect(readEntry(spo2, '98', undefined, TODAY)).toEqual({ status: 'ok', value: 98 })
    expect(readEntry(spo2, '49', undefined, TODAY)).toEqual({ status: 'asks', value: 49 })
    expect(readEntry(spo2, '49', 49, TODAY)).toEqual({ status: 'ok', value: 49 })
    expect(readEntry(spo2, '48', 49, TODAY)).toEqual({ status: 'asks', value: 48 })
    expect(readEntry(spo2, '180', undefined, TODAY)).toEqual({ status: 'refused', why: 'impossible' })
    expect(readEntry(spo2, '180', 180, TODAY)).toEqual({ status: 'refused', why: 'impossible' })
    expect(readEntry(spo2, '', undefined, TODAY)).toEqual({ status: 'empty' })
  })

  test.each([
    ['72,5', { status: 'ok', value: 72.5 }],
    ['72.5', { status: 'ok', value: 72.5 }],
    [' 72,50 ', { status: 'ok', value: 72.5 }],
    ['72,55', { status: 'refused', why: 'too-many-decimals' }],
    ['1.072,5', { status: 'refused', why: 'not-a-number' }],
    ['7e1', { status: 'refused', why: 'not-a-number' }],
    ['seventy', { status: 'refused', why: 'not-a-number' }],
  ])('typed as "%s" under comma and point', (typed, reading) => {
    expect(readEntry(weight, typed, undefined, TODAY)).toEqual(reading)
  })
})

test('a diastolic pressure is below the systolic one, on the form and whoever sends it', () => {
  const diastolic = (systolicMmHg: string, diastolicMmHg: string) =>
    read({ systolicMmHg, diastolicMmHg }).sections[0]?.fields.find(({ field }) => field.id === 'diastolicMmHg')?.reading
  expect(diastolic('132', '84')).toEqual({ status: 'ok', value: 84 })
  expect(diastolic('', '84')).toEqual({ status: 'ok', value: 84 })
  for (const turnedRound of ['132', '180'])
    expect(diastolic('132', turnedRound)).toMatchObject({
      status: 'refused',
      why: 'not-below',
      other: { id: 'systolicMmHg' },
      limit: 132,
    })
  expect(read({ systolicMmHg: '84', diastolicMmHg: '132' }).unsettled.map(({ id }) => id)).toEqual(['diastolicMmHg'])
  expect(impossibleAnswer(defaultProtocol, { systolicMmHg: 132, diastolicMmHg: 84 })).toBeNull()
  expect(impossibleAnswer(defaultProtocol, { systolicMmHg: 84, diastolicMmHg: 132 })).toBe('diastolicMmHg')
  expect(impossibleAnswer(defaultProtocol, { diastolicMmHg: 132 })).toBeNull()
})

test('a date is a day that exists and has been', () => {
  const date = fieldOf('date', 'covidTestOn')
  expect(readEntry(date, '2026-11-25', undefined, TODAY)).toEqual({ status: 'ok', value: '2026-11-25' })
  expect(readEntry(date, '2026-11-26', undefined, TODAY)).toEqual({ status: 'refused', why: 'in-the-future' })
  expect(readEntry(date, '2026-02-30', undefined, TODAY)).toEqual({ status: 'refused', why: 'not-a-date' })
})

test('an ICD code may be any that has the form, and is kept as printed', () => {
  const icd = fieldOf('icd', 'icdCode')
  expect(readEntry(icd, 'j18.9', undefined, TODAY)).toEqual({ status: 'ok', value: 'J18.9' })
  expect(readEntry(icd, 'pneumonia', undefined, TODAY)).toEqual({ status: 'refused', why: 'not-a-code' })
})

test('"none" stands alone', () => {
  const comorbidities = fieldOf('several', 'comorbidities')
  expect(toggled(comorbidities, ['asthma', 'copd'], 'none')).toEqual(['none'])
  expect(toggled(comorbidities, ['none'], 'asthma')).toEqual(['asthma'])
  expect(toggled(comorbidities, ['asthma', 'copd'], 'asthma')).toEqual(['copd'])
})

const shown = (entries: Entries) => read(entries).sections.map(({ section }) => section.id)

describe('conditions', () => {
  test('bring the sections of a study line', () => {
    expect(shown({})).toEqual(['vitals', 'study', 'comorbidities'])
    expect(shown({ studyLine: 'respiratory-insufficiency' })).toEqual(
      'vitals study comorbidities insufficiency bloodGas'.split(' '),
    )
    expect(shown({ studyLine: 'control', smokerStatus: 'former' })).toContain('smoking')
    expect(shown({ studyLine: 'smoking' })).toEqual('vitals study comorbidities smoking'.split(' '))
    expect(shown({ studyLine: 'asthma' })).toEqual('vitals study comorbidities asthma'.split(' '))
    expect(shown({ studyLine: 'asthma', smokerStatus: 'current' })).toEqual(
      'vitals study comorbidities smoking asthma'.split(' '),
    )
    expect(shown({ studyLine: 'control', comorbidities: ['asthma'] })).not.toContain('asthma')
  })

  test('what is no longer asked is no answer, and comes back as it was typed', () => {
    const entries = { studyLine: 'respiratory-insufficiency', covid: 'confirmed', covidTestOn: '2026-11-20' }
    expect(read(entries).answers).toEqual(entries)
    expect(read({ ...entries, covid: 'no' }).answers).toEqual({ studyLine: entries.studyLine, covid: 'no' })
    expect(read({ ...entries, studyLine: 'control' }).answers).toEqual({ studyLine: 'control' })
  })
})

test('an answer that cannot be under the protocol is found, whoever sends it', () => {
  const right = {
    spo2Percent: 49,
    comorbidities: ['asthma'],
    quitting: true,
    icdCode: 'J18.9',
    covidTestOn: '2026-11-20',
  }
  expect(impossibleAnswer(defaultProtocol, right)).toBeNull()
  expect(impossibleAnswer(defaultProtocol, {})).toBeNull()
  expect(impossibleAnswer(defaultProtocol, { ...right, spo2Percent: 180 })).toBe('spo2Percent')
  expect(impossibleAnswer(defaultProtocol, { ...right, comorbidities: ['velvet'] })).toBe('comorbidities')
  expect(impossibleAnswer(defaultProtocol, { ...right, name: 'Maria' })).toBe('name')
  expect(impossibleAnswer(defaultProtocol, { icdCode: 'J18.9; drop table' })).toBe('icdCode')
})

test('what is unsettled and what is missing is named', () => {
  const { unsettled, missing, sections, answers } = read({
    spo2Percent: '49',
    heartRatePerMin: '900',
    respiratoryRatePerMin: '18',
  })
  expect(unsettled.map(({ id }) => id)).toEqual(['spo2Percent', 'heartRatePerMin'])
  expect(missing.map(({ id }) => id)).toEqual(['studyLine', 'comorbidities'])
  expect(sections.map(({ state }) => state)).toEqual(['attention', 'empty', 'empty'])
  expect(answers).toEqual({ respiratoryRatePerMin: 18 })
})
