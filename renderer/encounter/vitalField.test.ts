import { describe, expect, it } from 'vitest'
import { possibleRange, readVital, vitalsOf } from './vitalField.ts'

describe('a vital sign as typed', () => {
  it.each([
    ['98', { status: 'fine', value: 98 }],
    ['97,5', { status: 'fine', value: 97.5 }],
    ['97.5', { status: 'fine', value: 97.5 }],
    ['49', { status: 'ask', value: 49 }],
    ['180', { status: 'impossible', value: 180 }],
    ['9', { status: 'impossible', value: 9 }],
    ['', { status: 'empty' }],
    ['98%', { status: 'not-a-number' }],
  ])('SpO2 %j reads as %j', (typed, reading) => expect(readVital('spo2Percent', typed)).toEqual(reading))

  it('counts beats and breaths in whole numbers', () => {
    expect(readVital('heartRatePerMin', '72,5')).toEqual({ status: 'not-whole' })
    expect(readVital('respiratoryRatePerMin', '45')).toEqual({ status: 'ask', value: 45 })
  })

  it('names the limits of the protocol', () => expect(possibleRange('spo2Percent')).toEqual({ min: 30, max: 100 }))

  it('keeps what is possible and leaves out the rest', () => {
    const measuredAt = '2026-11-23T08:00:00.000Z'
    expect(vitalsOf({ spo2Percent: '180', heartRatePerMin: '72', respiratoryRatePerMin: '' }, measuredAt)).toEqual({
      measuredAt,
      heartRatePerMin: 72,
    })
  })
})
