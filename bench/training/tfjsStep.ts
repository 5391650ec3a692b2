/**
 * One contender of bench/training.ts: steps of SpiraConvV2 in TensorFlow.js on its WASM backend. Arguments: threads (Node has one only), batch,
 * the folder it is installed in. Each line read runs one step, in parts of 5 windows: 30 at once abort for want of memory.
 *
 * A convolution is one product for each tap: TensorFlow.js has no gradient of a dilated one, and its WASM backend none of any filter. The
 * pool is a maximum of slices: the WASM gradient of MaxPool is wrong for negative values, which Mish gives.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const [, , , batchText = '30', folder = ''] = process.argv
const PART = 5
const batch = Number(batchText)

/** What is used of it; the package is not a dependency, so its types are not here. */
interface Tensor {
  readonly shape: number[]
  data(): Promise<ArrayLike<number>>
  dispose(): void
}
interface TensorFlow {
  setBackend(name: string): Promise<boolean>
  ready(): Promise<void>
  tensor(values: Float32Array, shape: number[]): Tensor
  variable(initial: Tensor, trainable: boolean, name: string): Tensor
  reshape(value: Tensor, shape: number[]): Tensor
  slice(value: Tensor, begin: number[], size: number[]): Tensor
  add(a: Tensor, b: Tensor | number): Tensor
  sub(a: Tensor | number, b: Tensor): Tensor
  mul(a: Tensor, b: Tensor | number): Tensor
  div(a: Tensor, b: Tensor): Tensor
  matMul(a: Tensor, b: Tensor): Tensor
  maximum(a: Tensor, b: Tensor): Tensor
  moments(value: Tensor, axes: number[], keepDims: boolean): { mean: Tensor; variance: Tensor }
  sqrt(value: Tensor): Tensor
  tanh(value: Tensor): Tensor
  softplus(value: Tensor): Tensor
  dropout(value: Tensor, share: number): Tensor
  tidy<T>(work: () => T): T
  variableGrads(loss: () => Tensor): { value: Tensor; grads: Record<string, Tensor> }
  losses: { sigmoidCrossEntropy(labels: Tensor, logits: Tensor): Tensor }
  train: { adam(learningRate: number): { applyGradients(gradients: Record<string, Tensor>): void } }
}

const require = createRequire(join(folder, 'package.json'))
// Its message about the backends goes to the error output; standard output is for the figures.
console.log = console.error
const tf = require('@tensorflow/tfjs') as TensorFlow
const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(path: string): void; version_wasm: string }
wasm.setWasmPaths(join(folder, 'node_modules/@tensorflow/tfjs-backend-wasm/dist/'))
await tf.setBackend('wasm')
await tf.ready()

const BLOCKS = [
  { inputs: 1, outputs: 32, kernel: 7, dilation: 2, groups: 16, pooled: true },
  { inputs: 32, outputs: 16, kernel: 5, dilation: 2, groups: 8, pooled: true },
  { inputs: 16, outputs: 8, kernel: 3, dilation: 2, groups: 4, pooled: true },
  { inputs: 8, outputs: 4, kernel: 2, dilation: 1, groups: 2, pooled: false },
] as const
const BINS = 40
const DROP = 0.7

const random = (shape: number[], bound: number): Tensor =>
  tf.tensor(
    Float32Array.from(
      { length: shape.reduce((product, size) => product * size, 1) },
      () => bound * (2 * Math.random() - 1),
    ),
    shape,
  )
const variables: Record<string, Tensor> = {}
const variable = (name: string, shape: number[], bound: number): Tensor =>
  (variables[name] = tf.variable(random(shape, bound), true, name))

const blocks = BLOCKS.map((block, index) => ({
  ...block,
  taps: Array.from({ length: block.kernel }, (_, tap) =>
    variable(`conv${index}.tap${tap}`, [block.inputs, block.outputs], 1 / Math.sqrt(block.inputs * block.kernel)),
  ),
  bias: variable(`conv${index}.bias`, [block.outputs], 0.1),
  scale: variable(`norm${index}.scale`, [block.outputs], 1),
  offset: variable(`norm${index}.offset`, [block.outputs], 0.1),
}))
const fc1 = {
  weight: variable('fc1.weight', [6880, 100], 1 / Math.sqrt(6880)),
  bias: variable('fc1.bias', [100], 0.01),
}
const fc2 = { weight: variable('fc2.weight', [100, 1], 0.1), bias: variable('fc2.bias', [1], 0.1) }

/** As the library's own layers compute it (tfjs-layers, activations.ts). */
const mish = (x: Tensor): Tensor => tf.mul(x, tf.tanh(tf.softplus(x)))

/** [samples, time, bins, channels] through one block. */
const through = (image: Tensor, block: (typeof blocks)[number]): Tensor => {
  const { taps, bias, scale, offset, dilation, groups, outputs, inputs, pooled } = block
  const [samples = 0, time = 0] = image.shape
  const outTime = time - (taps.length - 1) * dilation
  const rows = samples * outTime * BINS
  const products = taps.map((tap, at) => {
    const seen = tf.slice(image, [0, at * dilation, 0, 0], [samples, outTime, BINS, inputs])
    return tf.matMul(tf.reshape(seen, [rows, inputs]), tap)
  })
  const convolved = tf.add(
    products.reduce((sum, product) => tf.add(sum, product)),
    bias,
  )
  const grouped = tf.reshape(convolved, [samples, outTime * BINS, groups, outputs / groups])
  const { mean, variance } = tf.moments(grouped, [1, 3], true)
  const normal = tf.reshape(tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 1e-5))), [rows, outputs])
  const active = tf.reshape(mish(tf.add(tf.mul(normal, scale), offset)), [samples, outTime, BINS, outputs])
  if (!pooled) return tf.dropout(active, DROP)
  const half = Math.floor(outTime / 2)
  const even = tf.slice(active, [0, 0, 0, 0], [samples, 2 * half, BINS, outputs])
  const pairs = tf.reshape(even, [samples, half, 2, BINS * outputs])
  const one = (at: number): Tensor => tf.slice(pairs, [0, 0, at, 0], [samples, half, 1, BINS * outputs])
  return tf.dropout(tf.reshape(tf.maximum(one(0), one(1)), [samples, half, BINS, outputs]), DROP)
}

const features = random([PART, 401, BINS, 1], 35)
const labels = tf.tensor(
  Float32Array.from({ length: PART }, (_, at) => at % 2),
  [PART, 1],
)
const loss = (): Tensor => {
  const deep = blocks.reduce(through, features)
  const hidden = tf.dropout(mish(tf.add(tf.matMul(tf.reshape(deep, [PART, 6880]), fc1.weight), fc1.bias)), DROP)
  return tf.losses.sigmoidCrossEntropy(labels, tf.add(tf.matMul(hidden, fc2.weight), fc2.bias))
}
const adam = tf.train.adam(1e-3)
const DECAY = 0.01

async function step(): Promise<void> {
  const sums: Record<string, Tensor> = {}
  for (let done = 0; done < batch; done += PART) {
    const { value, grads } = tf.variableGrads(loss)
    value.dispose()
    for (const [name, gradient] of Object.entries(grads)) {
      const before = sums[name]
      sums[name] = before === undefined ? gradient : tf.add(before, gradient)
      before?.dispose()
      if (before !== undefined) gradient.dispose()
    }
  }
  const gradients = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(sums).map(([name, sum]) => [
        name,
        tf.add(tf.mul(sum, PART / batch), tf.mul(variables[name] ?? sum, DECAY)),
      ]),
    ),
  )
  adam.applyGradients(gradients)
  for (const tensor of [...Object.values(sums), ...Object.values(gradients)]) tensor.dispose()
  // What is asked for has been computed.
  await variables['fc2.bias']?.data()
}

process.stdout.write(`${JSON.stringify({ version: `TensorFlow.js ${wasm.version_wasm}` })}\n`)
for await (const _ of createInterface(process.stdin)) {
  const start = performance.now()
  const cpu = process.cpuUsage()
  await step()
  const { user, system } = process.cpuUsage(cpu)
  const peakMib = process.resourceUsage().maxRSS / 1024
  process.stdout.write(`${JSON.stringify({ ms: performance.now() - start, cpuMs: (user + system) / 1000, peakMib })}\n`)
}
