import { expect, it } from 'vitest'
import { levelWord, meterShare } from './level.ts'

it('says what to do about a level: clipping before everything', () => {
  expect(levelWord({ levelDbfs: -20, clipping: true })).toBe('loud')
  expect(levelWord({ levelDbfs: -100, clipping: false })).toBe('silent')
  expect(levelWord({ levelDbfs: -50, clipping: false })).toBe('quiet')
  expect(levelWord({ levelDbfs: -24, clipping: false })).toBe('good')
})

it('fills the meter from -60 dBFS to full scale', () => {
  expect([-100, -60, -30, 0, 3].map(meterShare)).toEqual([0, 0, 0.5, 1, 1])
})
