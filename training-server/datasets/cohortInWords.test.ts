import { expect, test } from 'vitest'
import { cohortSchema } from '@spira/shared/protocol/cohortApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { recordingFiltersSchema } from '@spira/shared/protocol/recordingFilters.ts'
import { cohortInWords } from './cohortInWords.ts'

const [ward, elsewhere, cart] = [newId(), newId(), newId()]
const numbers = {
  siteOf: (id: string) => (id === ward ? 'site-02' : null),
  deviceOf: (id: string) => (id === cart ? 'device-01' : null),
}

test('promise 9: the rules of a cohort are sentences without an id, a day, a name or a text that was typed', () => {
  const cohort = cohortSchema.parse({
    rules: [
      { mode: 'include', filters: { site: [ward, elsewhere], task: 'read-sentence', ageFrom: 40, ageTo: 60 } },
      { mode: 'include', filters: { cause: ['J18.9', 'fell off his boat', 'none'], spo2To: 94, device: cart } },
      { mode: 'exclude', filters: { dayFrom: '2026-03-01', dayTo: '2026-03-31', search: 'P-7KX2M' } },
      { mode: 'exclude', filters: { dayFrom: '2026-03-01' } },
    ],
    matching: { exact: ['sex', 'site'], ageYears: 5, noiseDb: 6 },
  })
  expect(cohortInWords(cohort, numbers)).toEqual([
    'Only recordings with site site-02 or a site that is not in this version; task read-sentence; age from 40 to 60 years.',
    'Only recordings with device device-01; cause J18.9 or not given or a text; SpO₂ of at most 94 %.',
    'No recordings with a day of recording among 31 chosen in a row; a name that was searched for.',
    'No recordings with a day of recording from a chosen one.',
    'Participants of the two classes matched one to one, of the same sex, of the same site, with ages at most 5 years apart, with noise at most 6 dB apart.',
  ])
})

test('every filter has its words', () => {
  const values: Record<string, string> = {
    site: ward,
    device: cart,
    task: 'free-speech',
    label: 'present',
    quality: 'good',
    decision: 'uncertain',
    curation: 'approved',
    sex: 'female',
    dayFrom: '2026-03-01',
    dayTo: '2026-03-31',
  }
  for (const name of Object.keys(recordingFiltersSchema.shape)) {
    const filters = { [name]: values[name] ?? (name === 'cause' || name === 'search' ? 'x' : '7') }
    const cohort = cohortSchema.parse({ rules: [{ mode: 'include', filters }] })
    expect(cohortInWords(cohort, numbers)[0], name).not.toContain('anything')
  }
})
