import { expect, test } from 'vitest'
import { groupsOf } from './groups.ts'

test('an age becomes its band, what is not known is left out', () => {
  expect(groupsOf({ sex: 'female', age_years: 61, cause: null, device: '' })).toEqual({
    sex: 'female',
    ageBand: '60-79',
  })
})
