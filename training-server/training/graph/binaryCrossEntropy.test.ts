import { Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { floats } from '../gradientEngine.ts'
import { createSession } from '../runtime.ts'
import { binaryCrossEntropy } from './binaryCrossEntropy.ts'
import { GraphBuilder } from './graphBuilder.ts'

async function run(logits: number[], labels: number[], weights: number[]) {
  const graph = new GraphBuilder()
  const count = logits.length
  const { loss, gradient } = binaryCrossEntropy(graph, {
    logits: graph.input('logits', [count]),
    labels: graph.input('labels', [count]),
    weights: graph.input('weights', [count]),
  })
  graph.output('loss', loss, [])
  graph.output('gradient', gradient, [count])
  const session = await createSession(graph.toOnnx(), 1)
  const list = (values: number[]) => new Tensor('float32', values, [count])
  const results = await session.run({ logits: list(logits), labels: list(labels), weights: list(weights) })
  return { loss: floats(results['loss'])[0] ?? Number.NaN, gradient: [...floats(results['gradient'])] }
}

test('the loss of undecided logits is ln 2, its slope half of a weight', async () => {
  const { loss, gradient } = await run([0, 0], [1, 0], [0.5, 0.5])
  expect(loss).toBeCloseTo(Math.LN2, 6)
  expect(gradient).toEqual([-0.25, 0.25])
})

test('logits of hundreds neither overflow nor vanish', async () => {
  const { loss, gradient } = await run([300, -300], [0, 1], [1, 1])
  expect(loss).toBe(600)
  expect(gradient).toEqual([1, -1])
})

test('a sample of weight 0 changes nothing', async () => {
  const alone = await run([1.5], [1], [1])
  const filled = await run([1.5, 7], [1, 0], [1, 0])
  expect(filled.loss).toBe(alone.loss)
  expect(filled.gradient).toEqual([...alone.gradient, 0])
})

test('the gradient is the slope of the loss, also of labels between the classes', async () => {
  const [logits, labels, weights] = [
    [0.7, -1.3, 2.1],
    [1, 0, 0.35],
    [0.5, 2, 1],
  ] as const
  const { gradient } = await run([...logits], [...labels], [...weights])
  const step = 1 / 128
  for (const at of logits.keys()) {
    const lossAt = async (moved: number) =>
      (
        await run(
          logits.map((logit, index) => (index === at ? logit + moved : logit)),
          [...labels],
          [...weights],
        )
      ).loss
    expect(((await lossAt(step)) - (await lossAt(-step))) / (2 * step)).toBeCloseTo(gradient[at] ?? Number.NaN, 3)
  }
})
