import { Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { floats } from '../gradientEngine.ts'
import { createSession } from '../runtime.ts'
import { GraphBuilder } from './graphBuilder.ts'
import { softmaxCrossEntropy } from './softmaxCrossEntropy.ts'

interface Samples {
  readonly logits: readonly (readonly number[])[]
  readonly labels: readonly (readonly number[])[]
  readonly weights: readonly number[]
  readonly classWeights: readonly number[]
}

async function run({ logits, labels, weights, classWeights }: Samples) {
  const graph = new GraphBuilder()
  const shape = [weights.length, classWeights.length]
  const { loss, gradient } = softmaxCrossEntropy(graph, {
    logits: graph.input('logits', shape),
    labels: graph.input('labels', shape),
    classWeights: graph.input('classWeights', [classWeights.length]),
    weights: graph.input('weights', [weights.length]),
  })
  graph.output('loss', loss, [])
  graph.output('gradient', gradient, shape)
  const session = await createSession(graph.toOnnx(), 1)
  const results = await session.run({
    logits: new Tensor('float32', logits.flat(), shape),
    labels: new Tensor('float32', labels.flat(), shape),
    classWeights: new Tensor('float32', classWeights, [classWeights.length]),
    weights: new Tensor('float32', weights, [weights.length]),
  })
  return { loss: floats(results['loss'])[0] ?? Number.NaN, gradient: [...floats(results['gradient'])] }
}

const three: Samples = {
  logits: [
    [1.5, -0.5, 0.25],
    [-2, 0.75, 3],
    [0.1, 0.2, -0.3],
  ],
  labels: [
    [1, 0, 0],
    [0.1, 0.6, 0.3],
    [0, 0, 1],
  ],
  weights: [1 / 3, 1 / 3, 1 / 3],
  classWeights: [0.5, 2, 1.25],
}

/** torch.nn.functional.cross_entropy(logits, labels, weight=classWeights) of them in float64, PyTorch 1.13. */
const TORCH = {
  loss: 1.691573754,
  gradient: [
    -0.049447671, 0.015863866, 0.033583805, -0.013384948, -0.348665283, 0.362050231, 0.15012359, 0.165912225,
    -0.316035815,
  ],
}

test('loss and gradient are those of PyTorch’s cross_entropy with class weights and labels that are shares', async () => {
  const { loss, gradient } = await run(three)
  expect(loss).toBeCloseTo(TORCH.loss, 6)
  for (const [at, value] of TORCH.gradient.entries()) expect(gradient[at]).toBeCloseTo(value, 6)
})

test('the gradient is the slope of the loss', async () => {
  const { gradient } = await run(three)
  const step = 1 / 128
  for (const at of gradient.keys()) {
    const lossAt = async (moved: number) => {
      const logits = three.logits.map((row, sample) =>
        row.map((logit, of) => (3 * sample + of === at ? logit + moved : logit)),
      )
      return (await run({ ...three, logits })).loss
    }
    expect(((await lossAt(step)) - (await lossAt(-step))) / (2 * step)).toBeCloseTo(gradient[at] ?? Number.NaN, 3)
  }
})

test('logits of hundreds neither overflow nor vanish, and a sample of weight 0 changes nothing', async () => {
  const { loss, gradient } = await run({
    logits: [
      [300, -300],
      [5, 5],
    ],
    labels: [
      [0, 1],
      [1, 0],
    ],
    weights: [1, 0],
    classWeights: [1, 1],
  })
  expect(loss).toBe(600)
  expect(gradient.map((slope) => slope + 0)).toEqual([1, -1, 0, 0])
})
