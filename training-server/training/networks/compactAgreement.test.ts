import { expect, test } from 'vitest'
import torch from '../fixtures/torch-compact/compact.json' with { type: 'json' }
import { GradientEngine } from '../gradientEngine.ts'
import { elementCount } from '../graph/layer.ts'
import { parametersOf } from '../graph/networkGraphs.ts'
import { compactLayers } from './compact.ts'

const { frames, bins, labels } = torch
const stack = compactLayers({ frames, bins, dropout: 0, outputs: 1 })
const specs = parametersOf(stack)

/** The formulas of make.py. */
const weights = Float32Array.from(
  specs.flatMap(({ name, shape }, index) =>
    Array.from({ length: elementCount(shape) }, (_, at) => {
      const wave = Math.sin(12.9898 * (at + 1) + 78.233 * index)
      return name.endsWith('norm.weight') ? 1 + 0.5 * wave : 0.3 * wave
    }),
  ),
)
const features = Float32Array.from(
  { length: labels.length * frames * bins },
  (_, at) => -6 + 5 * Math.sin(0.731 * at ** 1.01),
)

test('logits and the gradient of every parameter are PyTorch’s', async () => {
  const engine = await GradientEngine.create(stack, weights, { microBatch: labels.length, threads: 1 })
  const sampleWeights = new Float32Array(labels.length).fill(1 / labels.length)
  const batch = { features, labels: Float32Array.from(labels), sampleWeights }
  const { loss, logits, gradients } = await engine.compute([batch], () => {})
  expect(loss).toBeCloseTo(torch.loss, 5)
  for (const [at, logit] of torch.logits.entries()) expect(Math.abs(logits[at] - logit)).toBeLessThan(1e-5)

  let offset = 0
  for (const [index, { name, shape }] of specs.entries()) {
    const end = offset + elementCount(shape)
    const own = gradients.subarray(offset, end)
    const expected = torch.gradients[index]
    expect([name, ...shape.filter((size) => size > 1)]).toEqual([name, ...expected.shape.filter((size) => size > 1)])
    const length = Math.hypot(...own)
    const alongCosine = own.reduce((sum, value, at) => sum + value * Math.cos(at), 0)
    expect(Math.abs(length - expected.length) / expected.length, name).toBeLessThan(2e-5)
    expect(Math.abs(alongCosine - expected.alongCosine) / expected.length, name).toBeLessThan(1e-4)
    offset = end
  }
})
