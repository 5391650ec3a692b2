import { expect, test } from 'vitest'
import { pan, showing, tickSeconds, zoom } from './timeView.ts'

test('zooming keeps the moment under the pointer where it is', () => {
  const near = zoom({ from: 0, to: 10 }, 0.5, 2, 10)
  expect(near).toEqual({ from: 1, to: 6 })
  expect((2 - near.from) / (near.to - near.from)).toBeCloseTo(0.2, 12)
  expect(zoom(near, 100, 2, 10)).toEqual({ from: 0, to: 10 })
})

test('neither zoom nor pan leaves the recording, and there is a closest view', () => {
  expect(zoom({ from: 8, to: 10 }, 2, 10, 10)).toEqual({ from: 6, to: 10 })
  expect(pan({ from: 2, to: 4 }, -5, 10)).toEqual({ from: 0, to: 2 })
  expect(pan({ from: 2, to: 4 }, 50, 10)).toEqual({ from: 8, to: 10 })
  const closest = zoom({ from: 0, to: 0.05 }, 0.1, 0.02, 10)
  expect(closest.to - closest.from).toBeCloseTo(0.05, 12)
})

test('a moment in view moves nothing; one outside comes into view near its beginning', () => {
  expect(showing({ from: 0, to: 2 }, 1, 10)).toEqual({ from: 0, to: 2 })
  expect(showing({ from: 0, to: 2 }, 3, 10)).toEqual({ from: 2.8, to: 4.8 })
})

test.each([
  [10, 8, 2],
  [1, 10, 0.1],
  [0.3, 6, 0.05],
  [63, 10, 10],
])('a view of %f s with %i marks has one every %f s', (seconds, most, expected) => {
  expect(tickSeconds({ from: 0, to: seconds }, most)).toBeCloseTo(expected, 12)
})
