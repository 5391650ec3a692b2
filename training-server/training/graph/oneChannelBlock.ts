import { convolution } from './convolution.ts'
import type { GraphBuilder, Value } from './graphBuilder.ts'
import { EPSILON, groupNorm } from './groupNorm.ts'
import { imageShape, type Layer } from './layer.ts'
import { maxPoolTime2 } from './maxPool.ts'
import { mish } from './mish.ts'
import { mishOfLarger } from './mishOfLarger.ts'
import { sequence } from './sequence.ts'

const DOUBLE = 11
const FLOAT = 1

/**
 * The first block of a network: convolution of one channel along time (kernel x 1, dilation 2), group normalisation, Mish and the maximum of
 * each two neighbours in time. The inference graph has these four layers; training computes them as one, because their
 * activations are most of what a step reads and writes (docs/adr/0008):
 *
 * - The output is linear in the kernel's few taps, so its mean and variance follow from the sums of the taps' products, [taps + 1,
 *   taps + 1] a sample, and normalising is a convolution with other weights a sample: no pass over the activations at all. The sums and
 *   the variance are taken in float64: channels that answer to small differences would cancel in float32.
 * - Dilation 2 never mixes even and odd times, and the pool compares one of each: both are computed apart, and nothing is sliced.
 * - All gradients follow from those of the samples' weights, which are one product of small matrices.
 */
export function oneChannelBlock(options: {
  readonly convolution: string
  readonly norm: string
  readonly channels: number
  readonly kernel: number
  readonly groups: number
}): Layer {
  const { channels, kernel, groups } = options
  const layers = sequence([
    convolution({ name: options.convolution, channels, kernel, dilation: 2 }),
    groupNorm({ name: options.norm, groups }),
    mish(),
    maxPoolTime2(options.norm),
  ])
  const perGroup = channels / groups
  /** The taps and a row of ones, whose weight is the bias. */
  const rows = kernel + 1
  return {
    ...layers,
    forward(input) {
      const { graph, value, shape, parameters, training } = input
      if (training === null) return layers.forward(input)
      const { time, bins } = imageShape(options.convolution, shape)
      const [weight = '', bias = '', scale = '', offset = ''] = parameters
      const outTime = time - 2 * (kernel - 1)
      const half = Math.floor(outTime / 2)
      const size = perGroup * outTime * bins
      const wide = (narrow: Value) => graph.op('Cast', [narrow], { to: DOUBLE })
      const narrow = (double: Value) => graph.op('Cast', [double], { to: FLOAT })

      // [batch, taps and ones, half x bins]: what each tap sees at the even times and at the odd ones, [.., 1 row] at a last time that
      // the pool drops and the normalisation counts.
      const seen = (phase: 0 | 1) => tapsOf(graph, value, { phase, count: half, kernel, bins })
      const [even, odd] = [seen(0), seen(1)]
      const rest = outTime === 2 * half ? [] : [tapsOf(graph, value, { phase: 0, from: half, count: 1, kernel, bins })]

      // Sums over all times and bins of the products of what two taps see, [batch, rows, rows], in float64.
      const products = [even, odd, ...rest].map((taps) => {
        const double = wide(taps)
        return graph.op('MatMul', [double, graph.op('Transpose', [double], { perm: [0, 2, 1] })])
      })
      const moments = graph.op('Sum', products)
      /** Each tap's sum, [batch, rows, 1]: its product with the ones. */
      const sums = graph.slice(moments, 2, kernel, rows)

      // The channels' weights and bias as one matrix, [channels, rows]; the group's mean and variance of what they give.
      const taps = graph.reshape(weight, channels, kernel)
      const plain = wide(graph.op('Concat', [taps, graph.reshape(bias, channels, 1)], { axis: 1 }))
      const overGroup = (perChannel: Value) =>
        graph.div(
          graph.op('ReduceSum', [graph.reshape(perChannel, -1, groups, perGroup), graph.ints(2)], { keepdims: 1 }),
          wide(graph.float(size)),
        )
      const toChannels = (perGroupValue: Value) =>
        graph.reshape(
          graph.op('Expand', [graph.reshape(perGroupValue, -1, groups, 1), graph.ints(1, 1, perGroup)]),
          -1,
          channels,
          1,
        )
      const mean = toChannels(overGroup(graph.op('MatMul', [plain, sums])))
      const onesOnly = wide(graph.float([...Array.from({ length: kernel }, () => 0), 1]))
      /** Weights of the centred output, [batch, channels, rows]. */
      const centred = graph.sub(plain, graph.mul(mean, onesOnly))
      const correlated = graph.op('MatMul', [centred, moments])
      const squares = graph.op('ReduceSum', [graph.mul(correlated, centred), graph.ints(2)], { keepdims: 1 })
      const variance = toChannels(overGroup(squares))
      const deviation = graph.op('Sqrt', [graph.add(variance, wide(graph.float(EPSILON)))])
      /** Weights of the normalised output, and its products with what each tap sees. */
      const normal = narrow(graph.div(centred, deviation))
      const seenByNormal = narrow(graph.div(correlated, deviation))
      const inverse = narrow(graph.op('Reciprocal', [deviation]))

      const scales = graph.reshape(scale, channels, 1)
      const offsets = graph.mul(graph.reshape(offset, channels, 1), narrow(onesOnly))
      // Negated, as mishOfLarger takes it.
      const negated = graph.op('Neg', [graph.add(graph.mul(normal, scales), offsets)])
      const pooled = mishOfLarger(graph, graph.op('MatMul', [negated, even]), graph.op('MatMul', [negated, odd]))

      return {
        value: graph.reshape(pooled.value, 0, channels, half, bins),
        backward(gradient, needed) {
          if (needed === 'needed')
            throw new RangeError(`${options.convolution} is for the first layer: it gives no input gradient`)
          const { winner, first } = pooled.backward(graph.reshape(gradient, 0, channels, half * bins))
          const correlate = (slope: Value, tapsSeen: Value) =>
            graph.op('MatMul', [slope, graph.op('Transpose', [tapsSeen], { perm: [0, 2, 1] })])
          /** Of the weights of what Mish took, [batch, channels, rows]: first even + (winner - first) odd, the taps being the smaller to subtract. */
          const ofAffine = graph.op('Neg', [graph.add(correlate(first, graph.sub(even, odd)), correlate(winner, odd))])
          const total = graph.slice(ofAffine, 2, kernel, rows)
          const projected = graph.op('ReduceSum', [graph.mul(ofAffine, normal), graph.ints(2)], { keepdims: 1 })
          const groupMean = (perChannel: Value) => {
            const scaled = graph.reshape(graph.mul(perChannel, scales), -1, groups, perGroup)
            const mean1 = graph.mul(
              graph.op('ReduceSum', [scaled, graph.ints(2)], { keepdims: 1 }),
              graph.float(1 / size),
            )
            return toChannels(mean1)
          }
          // As of any group normalisation: inverse (scale g - mean(scale g) - normal mean(scale g normal)), here already summed with
          // what each tap saw.
          const sumsSeen = graph.op('Transpose', [narrow(sums)], { perm: [0, 2, 1] })
          const less = graph.add(graph.mul(groupMean(total), sumsSeen), graph.mul(groupMean(projected), seenByNormal))
          const ofPlain = graph.sum(graph.mul(graph.sub(graph.mul(ofAffine, scales), less), inverse), 0)
          return {
            input: null,
            parameters: [
              graph.reshape(graph.slice(ofPlain, 1, 0, kernel), channels, 1, kernel, 1),
              graph.reshape(graph.slice(ofPlain, 1, kernel, rows), channels),
              graph.reshape(graph.sum(projected, 0), channels),
              graph.reshape(graph.sum(total, 0), channels),
            ],
          }
        },
      }
    },
  }
}

/** What each tap of a kernel of dilation 2 sees of the times 2 r + phase, r from `from` on: [batch, taps and ones, count x bins]. */
function tapsOf(
  graph: GraphBuilder,
  image: Value,
  part: { phase: 0 | 1; from?: number; count: number; kernel: number; bins: number },
): Value {
  const { phase, from = 0, count, kernel, bins } = part
  const first = 2 * from + phase
  // Every second time, all taps' together; one row of [batch, 1, times, bins].
  const times = graph.slice(image, 2, first, first + 2 * (count + kernel - 2) + 1, 2)
  const taps = Array.from({ length: kernel }, (_, tap) =>
    graph.reshape(graph.slice(times, 2, tap, tap + count), 0, 1, count * bins),
  )
  const onesShape = graph.op('Shape', [taps[0] ?? ''])
  return graph.op('Concat', [...taps, graph.op('Expand', [graph.float(1), onesShape])], { axis: 1 })
}
