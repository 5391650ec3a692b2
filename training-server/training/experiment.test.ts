import { expect, test } from 'vitest'
import { configurationHash, experimentSchema, learningRateAt } from './experiment.ts'

test('an empty experiment is a whole one', () => {
  expect(experimentSchema.parse({})).toMatchObject({
    network: 'spira-conv-v2',
    optimiser: { learningRate: 1e-3 },
    split: { testShare: 0.2 },
  })
})

test('a misspelt setting is refused, not ignored', () => {
  expect(() => experimentSchema.parse({ learning_rate: 1 })).toThrow('learning_rate')
})

const hash = (experiment: object) => configurationHash(experimentSchema.parse(experiment))

test('the hash is of what is meant, defaults included', async () => {
  expect(await hash({ seed: 1, optimiser: {} })).toBe(await hash({}))
  expect(await hash({ seed: 2 })).not.toBe(await hash({}))
})

test('Noam rises linearly to the learning rate and falls with the square root', () => {
  const experiment = experimentSchema.parse({ schedule: { kind: 'noam', warmUpSteps: 100 } })
  expect(learningRateAt(experiment, 50)).toBeCloseTo(5e-4, 12)
  expect(learningRateAt(experiment, 100)).toBeCloseTo(1e-3, 12)
  expect(learningRateAt(experiment, 400)).toBeCloseTo(5e-4, 12)
})

test('a cosine rises linearly through its warm-up and ends at 0', () => {
  const experiment = experimentSchema.parse({ schedule: { kind: 'cosine', warmUpSteps: 10, totalSteps: 110 } })
  expect(learningRateAt(experiment, 5)).toBeCloseTo(5e-4, 12)
  expect(learningRateAt(experiment, 10)).toBeCloseTo(1e-3, 12)
  expect(learningRateAt(experiment, 60)).toBeCloseTo(5e-4, 12)
  expect(learningRateAt(experiment, 110)).toBeCloseTo(0, 12)
  expect(learningRateAt(experiment, 200)).toBeCloseTo(0, 12)
})
