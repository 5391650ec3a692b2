import { Tensor } from 'onnxruntime-node'
import { elementCount, type ParameterSpec } from './graph/layer.ts'
import { RandomStream } from './randomStream.ts'

/** Initial values of all parameters as one flat list, drawn from the seed, each parameter from a stream of its own. */
export function initialParameters(specs: readonly ParameterSpec[], seed: number): Float32Array {
  const flat = new Float32Array(specs.reduce((sum, { shape }) => sum + elementCount(shape), 0))
  let offset = 0
  for (const { name, shape, initial } of specs) {
    const count = elementCount(shape)
    if (initial.kind === 'constant') flat.fill(initial.value, offset, offset + count)
    else flat.set(new RandomStream(seed, `weights ${name}`).uniform(count, -initial.bound, initial.bound), offset)
    offset += count
  }
  return flat
}

/** [from, to) in a flat list. */
export type Range = readonly [number, number]

/** Where in the flat list the parameters lie that are followed, not trained. */
export function followedRanges(specs: readonly ParameterSpec[]): Range[] {
  let offset = 0
  return specs.flatMap(({ shape, followed }): Range[] => {
    const from = offset
    offset += elementCount(shape)
    return followed === undefined ? [] : [[from, offset]]
  })
}

/** One tensor a parameter, each a window on the flat list: nothing is copied, and what is written to one is in the list. */
export function tensorViews(specs: readonly ParameterSpec[], flat: Float32Array, prefix = ''): Record<string, Tensor> {
  const views: Record<string, Tensor> = {}
  let offset = 0
  for (const { name, shape } of specs) {
    const end = offset + elementCount(shape)
    views[`${prefix}${name}`] = new Tensor('float32', flat.subarray(offset, end), shape)
    offset = end
  }
  return views
}
