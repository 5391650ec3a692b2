import { expect, it } from 'vitest'
import { createTrace } from './trace.ts'

it('keeps the newest pairs and gives them newest first', () => {
  const trace = createTrace(3)
  trace.add(new Float32Array([-0.125, 0.125, -0.25, 0.25]))
  trace.add(new Float32Array([-0.5, 0.5, -0.75, 0.75]))
  const seen: number[][] = []
  trace.forEach((low, high, back) => seen.push([low, high, back]))
  expect(seen).toEqual([
    [-0.75, 0.75, 0],
    [-0.5, 0.5, 1],
    [-0.25, 0.25, 2],
  ])
})
