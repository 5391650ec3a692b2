import { expect, it } from 'vitest'
import { ageOf } from './age.ts'

it('reads whole years, accepts nothing, and refuses what cannot be an age', () => {
  expect(ageOf(' 67 ')).toEqual({ years: 67, valid: true })
  expect(ageOf('')).toEqual({ years: null, valid: true })
  expect(ageOf('0')).toEqual({ years: 0, valid: true })
  expect(ageOf('130')).toEqual({ years: null, valid: false })
  expect(ageOf('6,5')).toEqual({ years: null, valid: false })
})
