import { expect, test } from 'vitest'
import { clinicalProtocolSchema, type Field } from './clinicalProtocol.ts'
import { defaultProtocol } from './clinicalProtocolDefault.ts'

const refusal = (change: (protocol: typeof defaultProtocol) => unknown): string => {
  const changed = change(structuredClone(defaultProtocol))
  const parsed = clinicalProtocolSchema.safeParse(changed)
  return parsed.success
    ? ''
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')
}
const fields = defaultProtocol.sections.flatMap((section) => section.fields)
const field = (id: string): Field | undefined => fields.find((candidate) => candidate.id === id)

const withStudyWhen = (asked: string, is: string) => (protocol: typeof defaultProtocol) => ({
  ...protocol,
  sections: protocol.sections.map((section, index) =>
    index === 1 ? { ...section, when: { field: asked, is: [is] } } : section,
  ),
})
const everyField = (change: (field: Field) => unknown) => (protocol: typeof defaultProtocol) => ({
  ...protocol,
  sections: protocol.sections.map((section) => ({ ...section, fields: section.fields.map(change) })),
})

test('the protocol that comes with the app is one, and asks what SPIRA asked', () => {
  expect(refusal((protocol) => protocol)).toBe('')
  const comorbidities = field('comorbidities')
  expect(comorbidities?.kind === 'several' && comorbidities.options).toHaveLength(24)
  expect(comorbidities?.kind === 'several' && comorbidities.exclusive).toBe('none')
  const asked =
    'spo2Percent heartRatePerMin respiratoryRatePerMin systolicMmHg diastolicMmHg maskWorn weightKg heightCm smokerStatus otherComorbidities pao2MmHg paco2MmHg ph hospitalDays hospitalPlace ' +
    'insufficiencyOrigin icdCode covid covidSymptomsOn covidTestOn hemodynamics smokingKind traditionalPackYears traditionalYears electronicYears exhaledCoPpm nicotine quitting cessationWeeks perceivedHealth asthmaControl'
  for (const id of asked.split(' ')) expect(field(id), id).toBeDefined()
  expect(defaultProtocol.tasks.map(({ task }) => task)).toEqual([
    'spoken-consent',
    'ambient-noise',
    'sustained-vowel',
    'read-sentence',
    'nursery-rhyme',
    'free-speech',
  ])
})

test('a text that lacks a language is refused, and the place is named', () => {
  expect(refusal((protocol) => ({ ...protocol, title: { en: 'Only English' } }))).toContain('title.pt-BR')
})

test('a condition may only speak of what was asked before, and of answers that exist', () => {
  expect(refusal(withStudyWhen('asthmaControl', 'controlled'))).toContain('"asthmaControl" is not asked before this')
  expect(refusal(withStudyWhen('maskWorn', 'velvet'))).toContain('"maskWorn" has no such answer: velvet')
  expect(refusal(withStudyWhen('maskWorn', 'thin'))).toBe('')
})

test('a field named twice, a plausible range beyond the possible one and a missing core number are refused', () => {
  expect(refusal(everyField((f) => (f.id === 'heartRatePerMin' ? { ...f, id: 'spo2Percent' } : f)))).toMatch(
    /field "spo2Percent" twice[\s\S]*"heartRatePerMin" must be asked as a number/,
  )
  expect(refusal(everyField((f) => (f.id === 'ph' ? { ...f, plausible: { min: 1, max: 14 } } : f)))).toContain(
    'what is plausible must be possible',
  )
})

const heartBelow = (below: string) => everyField((f) => (f.id === 'heartRatePerMin' ? { ...f, below } : f))

test('a number may only be held against a number that was asked before', () => {
  expect(refusal(heartBelow('spo2Percent'))).toBe('')
  for (const other of ['diastolicMmHg', 'velvet'])
    expect(refusal(heartBelow(other))).toContain(`no number "${other}" is asked before this`)
})
