import { oneChannelKernel } from '../fused/oneChannelKernel.ts'
import { addChannel } from './addChannel.ts'
import { convolution } from './convolution.ts'
import { dropout } from './dropout.ts'
import type { GraphBuilder, Value } from './graphBuilder.ts'
import { groupNorm } from './groupNorm.ts'
import type { Layer } from './layer.ts'
import { maxPoolTime2 } from './maxPool.ts'
import { mish } from './mish.ts'
import { sequence } from './sequence.ts'

/**
 * The first block of a network, from features [time, bins]: convolution of one channel along time (kernel x 1, dilation 2), group normalisation,
 * Mish, the maximum of each two neighbours in time, and dropout. The inference graph has these layers; training computes them as
 * one, because their activations are most of what a step reads and writes (docs/adr/0008): the forward pass is a fused kernel, and all
 * gradients follow from those of each sample's normalised weights, which are one product of small matrices.
 */
export function oneChannelBlock(options: {
  readonly convolution: string
  readonly norm: string
  readonly channels: number
  readonly kernel: number
  readonly groups: number
  readonly dropout: number
}): Layer {
  const { channels, kernel, groups } = options
  const layers = sequence([
    addChannel(),
    convolution({ name: options.convolution, channels, kernel, dilation: 2 }),
    groupNorm({ name: options.norm, groups }),
    mish(),
    maxPoolTime2(options.norm),
    dropout(options.dropout),
  ])
  const perGroup = channels / groups
  /** The taps and a row of ones, whose weight is the bias. */
  const rows = kernel + 1
  return {
    ...layers,
    forward(input) {
      const { graph, value: features, shape, parameters, training } = input
      if (training === null) return layers.forward(input)
      const [time, bins] = shape
      const [, half] = layers.outputShape(shape)
      const size = perGroup * (time - 2 * (kernel - 1)) * bins
      const block = training.fused(
        features,
        oneChannelKernel({ time, bins, channels, kernel, groups, dropShare: options.dropout, parameters }),
      )
      const scales = graph.reshape(parameters[2] ?? '', channels, 1)
      return {
        value: block['value'],
        backward(gradient, needed) {
          if (needed === 'needed')
            throw new RangeError(`${options.convolution} is for the first layer: it gives no input gradient`)
          const flat = graph.reshape(gradient, 0, channels, half * bins)
          const correlate = (slope: Value, lines: Value) => {
            const taps = tapsOf(graph, lines, { kernel, count: half, bins })
            return graph.op('MatMul', [graph.mul(flat, slope), graph.op('Transpose', [taps], { perm: [0, 2, 1] })])
          }
          /** Of the weights of what Mish took, [batch, channels, rows]. */
          const ofAffine = graph.add(
            correlate(block['slopeEven'], block['even']),
            correlate(block['slopeOdd'], block['odd']),
          )
          const total = graph.slice(ofAffine, 2, kernel, rows)
          const projected = graph.op('ReduceSum', [graph.mul(ofAffine, block['normal']), graph.ints(2)], {
            keepdims: 1,
          })
          /** Mean over the group of a number a channel, for each of its channels. */
          const groupMean = (perChannel: Value) => {
            const scaled = graph.reshape(graph.mul(perChannel, scales), -1, groups, perGroup)
            const sums = graph.op('ReduceSum', [scaled, graph.ints(2)], { keepdims: 1 })
            const means = graph.op('Expand', [graph.mul(sums, graph.float(1 / size)), graph.ints(1, 1, perGroup)])
            return graph.reshape(means, -1, channels, 1)
          }
          // As of any group normalisation: inverse (scale g - mean(scale g) - normal mean(scale g normal)), here already summed with
          // what each tap saw.
          const less = graph.add(
            graph.mul(groupMean(total), block['sums']),
            graph.mul(groupMean(projected), block['seenByNormal']),
          )
          const ofPlain = graph.sum(graph.mul(graph.sub(graph.mul(ofAffine, scales), less), block['inverse']), 0)
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

/** What each tap sees of lines [batch, lines, bins], and a row of ones: [batch, taps and ones, count x bins]. */
function tapsOf(
  graph: GraphBuilder,
  lines: Value,
  { kernel, count, bins }: { kernel: number; count: number; bins: number },
): Value {
  const taps = Array.from({ length: kernel }, (_, tap) =>
    graph.reshape(graph.slice(lines, 1, tap, tap + count), 0, 1, count * bins),
  )
  const onesShape = graph.op('Shape', [taps[0] ?? ''])
  return graph.op('Concat', [...taps, graph.op('Expand', [graph.float(1), onesShape])], { axis: 1 })
}
