import { describe, expect, test } from 'vitest'
import { RandomStream } from './randomStream.ts'

describe('RandomStream', () => {
  test('the same seed and purpose give the same numbers, in pieces or at once', () => {
    const pieces = new RandomStream(3, 'weights')
    expect([...pieces.uint32(2), ...pieces.uint32(3)]).toEqual([...new RandomStream(3, 'weights').uint32(5)])
  })

  test('a list longer than a piece is filled with the same numbers', () => {
    const list = new Uint16Array(50_000)
    new RandomStream(3, 'dropout').drawInto(list)
    expect([...list]).toEqual([...new Uint16Array(new RandomStream(3, 'dropout').uint32(25_000).buffer)])
  })

  test('another seed or purpose gives others', () => {
    const first = [...new RandomStream(3, 'weights').uint32(4)]
    expect([...new RandomStream(4, 'weights').uint32(4)]).not.toEqual(first)
    expect([...new RandomStream(3, 'order').uint32(4)]).not.toEqual(first)
  })

  test('uniform numbers fill their range evenly', () => {
    const drawn = new RandomStream(1, 'uniform').uniform(40_000, -2, 2)
    const bins = Array.from(
      { length: 8 },
      (_, bin) => drawn.filter((value) => Math.floor((value + 2) * 2) === bin).length,
    )
    // Chi-square with 7 degrees of freedom: 24.3 is passed once in a thousand.
    expect(bins.reduce((sum, count) => sum + (count - 5000) ** 2 / 5000, 0)).toBeLessThan(24.3)
  })

  test('every order of three is about equally likely', () => {
    const random = new RandomStream(1, 'shuffle')
    const counts = new Map<string, number>()
    for (let round = 0; round < 6000; round += 1) {
      const order = random.shuffled(['a', 'b', 'c']).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    // Chi-square with 5 degrees of freedom: 20.5 is passed once in a thousand.
    expect([...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5)
  })
})
