/** One contender of bench/training.ts: steps of a network by our engine. Arguments: threads, batch, micro-batch, network. Each line read runs one step. */
import { createInterface } from 'node:readline'
import { initialParameters } from '../../training-server/training/flatParameters.ts'
import { GradientEngine } from '../../training-server/training/gradientEngine.ts'
import { parametersOf } from '../../training-server/training/graph/networkGraphs.ts'
import { elementCount } from '../../training-server/training/graph/layer.ts'
import { experimentSchema } from '../../training-server/training/experiment.ts'
import { networkInput } from '../../training-server/training/networkInput.ts'
import { networkNamed } from '../../training-server/training/networks/networks.ts'
import { freshState, Optimiser } from '../../training-server/training/optimiser.ts'
import { RandomStream } from '../../training-server/training/randomStream.ts'

const [threads = 1, batch = 30, microBatch = 5] = process.argv.slice(2, 5).map(Number)
const { stack } = networkInput(
  networkNamed(process.argv[5] ?? 'spira-conv-v2'),
  experimentSchema.parse({ dropout: 0.7 }),
)
const optimiser = await Optimiser.create(freshState(initialParameters(parametersOf(stack), 1)), {
  kind: 'adam',
  weightDecay: 0.01,
  threads,
})
const engine = await GradientEngine.create(stack, optimiser.state.parameters, { microBatch, threads })
const microBatches = Array.from({ length: batch / microBatch }, (_, at) => ({
  features: new RandomStream(at, 'features').uniform(microBatch * elementCount(stack.input), -35, 35),
  labels: Float32Array.from({ length: microBatch }, (__, sample) => sample % 2),
  sampleWeights: new Float32Array(microBatch).fill(1 / batch),
}))

console.log(JSON.stringify({ version: `ours, micro-batches of ${microBatch}` }))
let step = 0
for await (const _ of createInterface(process.stdin)) {
  const start = performance.now()
  const cpu = process.cpuUsage()
  step += 1
  const random = new RandomStream(1, `dropout of step ${step}`)
  const { gradients } = await engine.compute(microBatches, () => {
    for (const list of engine.drawn) random.drawInto(list)
  })
  await optimiser.step(gradients, 1e-3, step)
  const { user, system } = process.cpuUsage(cpu)
  const cpuMs = (user + system) / 1000
  console.log(JSON.stringify({ ms: performance.now() - start, cpuMs, peakMib: process.resourceUsage().maxRSS / 1024 }))
}
