import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { DEIDENTIFICATION, deidentify, type FrozenItem, smallCells, withholdsText } from './deidentification.ts'

const secret = randomBytes(32)
let made = 0
const item = (more: Partial<FrozenItem> = {}, metadata: FrozenItem['metadata'] = {}): FrozenItem => {
  made += 1
  return {
    recordingId: `recording-${made}`,
    participantId: `participant-${made}`,
    siteId: 'ward',
    deviceId: 'device-of-the-ward',
    task: 'read-sentence',
    sha256: String(made).padStart(64, '0'),
    label: 1,
    ...more,
    metadata: { recorded_at: '2026-03-10T08:00:00.000Z', device: 'cart', ...metadata },
  }
}
const leave = (items: readonly FrozenItem[], more: Partial<Parameters<typeof deidentify>[1]> = {}) =>
  deidentify(items, { secret, scope: 'version', cleared: [], ...more })
const only = (from: FrozenItem, more = {}) => leave([from], more)[0]?.row ?? {}
const DAY_MS = 86_400_000

test('promise 9: a participant’s dates are shifted by one number of days, 1 to 365: the days between two visits are right', () => {
  const visits = ['2026-01-31', '2026-02-14', '2026-03-02'].map((day) =>
    item({ participantId: 'same' }, { recorded_at: `${day}T23:30:00.000Z` }),
  )
  const shifted = leave(visits)
    .map(({ visit, row }) => ({ visit, day: Date.parse(String(row['recorded_on'])) }))
    .toSorted((a, b) => a.visit - b.visit)
  expect(shifted.map(({ visit }) => visit)).toEqual([1, 2, 3])
  expect(shifted.map(({ day }) => (day - (shifted[0]?.day ?? 0)) / DAY_MS)).toEqual([0, 14, 30])
  const by = (Date.parse('2026-01-31') - (shifted[0]?.day ?? 0)) / DAY_MS
  expect(by).toBeGreaterThanOrEqual(1)
  expect(by).toBeLessThanOrEqual(DEIDENTIFICATION.maxShiftDays)
  for (const { row } of leave(visits)) expect(String(row['recorded_on'])).toMatch(/^\d{4}-\d\d-\d\d$/)
})

test('promise 9: the shift is another for each participant and each dataset version', () => {
  const people = Array.from({ length: 40 }, () => item())
  const days = (scope: string) => leave(people, { scope }).map(({ row }) => row['recorded_on'])
  expect(new Set(days('one')).size).toBeGreaterThan(25)
  expect(new Set(days('one'))).not.toEqual(new Set(days('other')))
  expect(days('one')).toEqual(days('one'))
})

test.each([
  [0, 0],
  [89, 89],
  [90, 90],
  [93, 90],
  [104, 90],
  [null, null],
])('promise 9: an age of %s leaves as %s', (age, leaves) => {
  expect(only(item({}, { age_years: age }))['age_years']).toBe(leaves)
})

test.each([
  ['J18.9', 'J18.9'],
  ['I50', 'I50'],
  ['J18.9 of Maria', null],
  ['j18.9', null],
  ['U07.1', 'U07.1'],
  ['pneumonia', null],
  [null, null],
])('promise 9: a cause of %s leaves as %s, and as it is where a person has cleared it', (cause, leaves) => {
  const from = item({}, { label_cause: cause })
  expect(only(from)['label_cause']).toBe(leaves)
  expect(only(from, { cleared: ['label_cause'] })['label_cause']).toBe(cause)
  expect(withholdsText(from.metadata, [])).toBe(cause !== leaves)
  expect(withholdsText(from.metadata, ['label_cause'])).toBe(false)
})

test('promise 9: names of recording, participant, site and device are made for the version, and no row carries a hash', () => {
  const items = [
    item({ participantId: 'ana', siteId: 'ward A', deviceId: 'thing A' }, { device: 'cart of ana' }),
    item({ participantId: 'ana', siteId: 'ward B', deviceId: 'thing B' }, { device: 'cart of bia' }),
    item({ participantId: 'bia', siteId: 'ward A', deviceId: 'thing A' }, { device: 'cart of ana' }),
  ]
  const left = leave(items)
  const text = JSON.stringify(left.map(({ row }) => row))
  for (const { recordingId, participantId, siteId, deviceId, sha256, metadata } of items)
    for (const secretName of [
      recordingId,
      `"${participantId}"`,
      siteId,
      String(deviceId),
      sha256,
      String(metadata['device']),
    ])
      expect(text).not.toContain(secretName)
  expect(new Set(left.map(({ row }) => row['participant'])).size).toBe(2)
  expect(new Set(left.map(({ row }) => row['site']))).toEqual(new Set(['site-01', 'site-02']))
  expect(new Set(left.map(({ row }) => row['device']))).toEqual(new Set(['device-01', 'device-02']))
  const keys = (more: object) => leave(items, more).map(({ key }) => key)
  expect(keys({ scope: 'other' }).some((key) => keys({}).includes(key))).toBe(false)
  expect(keys({ secret: randomBytes(32) }).some((key) => keys({}).includes(key))).toBe(false)
})

const cell = (count: number, metadata: FrozenItem['metadata'], siteId = 'ward') =>
  Array.from({ length: count }, () => item({ siteId }, metadata))

test('small cells: participants are counted, not recordings; the rarest first; what is not given is a cell as well', () => {
  const [twice] = cell(1, { sex: 'female', age_years: 95 })
  if (twice === undefined) throw new Error('none')
  const items = [
    ...cell(5, { sex: 'female', age_years: 41 }),
    ...cell(4, { sex: 'male', age_years: 49 }),
    ...cell(2, { sex: 'male', age_years: 50 }),
    ...cell(3, { sex: null, age_years: null }),
    twice,
    { ...twice, recordingId: 'another recording of the same' },
  ]
  expect(smallCells(leave(items))).toEqual([
    { cell: 'female, 90s, site-01', participants: 1 },
    { cell: 'male, 50s, site-01', participants: 2 },
    { cell: 'sex unknown, age unknown, site-01', participants: 3 },
    { cell: 'male, 40s, site-01', participants: 4 },
  ])
  // The same people at two sites are two rarer combinations.
  const apart = [...cell(3, { sex: 'female', age_years: 41 }, 'A'), ...cell(3, { sex: 'female', age_years: 41 }, 'B')]
  expect(smallCells(leave(apart)).map(({ participants }) => participants)).toEqual([3, 3])
})

test('a device has a number of its own, also where two wards call theirs by one name; one renamed keeps its number', () => {
  const rows = leave([
    item({ siteId: 'north', deviceId: 'one' }, { device: 'Cart 1' }),
    item({ siteId: 'south', deviceId: 'other' }, { device: 'Cart 1' }),
    item({ siteId: 'north', deviceId: 'one' }, { device: 'Cart 1, after the move' }),
    // Their recordings are here no longer: known by name and site.
    item({ siteId: 'north', deviceId: null }, { device: 'Cart 9' }),
    item({ siteId: 'south', deviceId: null }, { device: 'Cart 9' }),
  ]).map(({ row }) => row['device'])
  expect(new Set(rows)).toEqual(new Set(['device-01', 'device-02', 'device-03', 'device-04']))
})
