import { expect, test } from 'vitest'
import { freshState, Optimiser } from './optimiser.ts'

test('three steps of AdamW are PyTorch 1.13’s', async () => {
  // torch.optim.AdamW([0.5, -1, 2], lr=0.1, weight_decay=0.2), fed these gradients.
  const steps = [
    { gradients: [0.3, -0.2, 1], weights: [0.390000015, -0.879999995, 1.86000001] },
    { gradients: [0.1, 0.4, -2], weights: [0.295093656, -0.89901036, 1.85941041] },
    { gradients: [-0.5, 0, 0.5], weights: [0.307229191, -0.90933007, 1.83589125] },
  ]
  const optimiser = await Optimiser.create(freshState(Float32Array.of(0.5, -1, 2)), {
    kind: 'adamw',
    weightDecay: 0.2,
    threads: 1,
  })
  for (const [at, { gradients, weights }] of steps.entries()) {
    await optimiser.step(Float32Array.from(gradients), 0.1, at + 1)
    for (const [index, weight] of weights.entries()) {
      expect(optimiser.state.parameters[index]).toBeCloseTo(weight, 6)
    }
  }
})
