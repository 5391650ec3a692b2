import type { GraphBuilder, Value } from './graphBuilder.ts'
import type { Pair } from './kernelGeometry.ts'
import { imageShape, type Layer } from './layer.ts'

export interface BlockPoolOptions {
  readonly name: string
  /** Times and bins of a block. */
  readonly window: Pair
}

/** What becomes of each block, and how its gradient spreads over it. Blocks are [batch, channels, times, in time, bins, in bins]. */
type PoolBlocks = (
  graph: GraphBuilder,
  blocks: Value,
) => {
  /** One value a block. */
  readonly value: Value
  /** @param gradient [batch, channels, times, 1, bins, 1]. @returns that of every value in the blocks. */
  readonly spread: (gradient: Value) => Value
}

/** One value of each block of `window` times and bins; what is left over at the ends is dropped. Input and output [channels, time, bins]. */
export function blockPool({ name, window }: BlockPoolOptions, pool: PoolBlocks): Layer {
  const [perTime, perBin] = window
  const blocksOf = (time: number, bins: number) => [Math.floor(time / perTime), Math.floor(bins / perBin)] as const
  return {
    outputShape(input) {
      const { channels, time, bins } = imageShape(name, input)
      return [channels, ...blocksOf(time, bins)]
    },
    parameters: () => [],
    forward({ graph, value, shape }) {
      const { channels, time, bins } = imageShape(name, shape)
      const [outTime, outBins] = blocksOf(time, bins)
      const [leftTime, leftBins] = [time - outTime * perTime, bins - outBins * perBin]
      const wholeTimes = leftTime === 0 ? value : graph.slice(value, 2, 0, outTime * perTime)
      const whole = leftBins === 0 ? wholeTimes : graph.slice(wholeTimes, 3, 0, outBins * perBin)
      const pooled = pool(graph, graph.reshape(whole, 0, channels, outTime, perTime, outBins, perBin))
      return {
        value: graph.reshape(pooled.value, 0, channels, outTime, outBins),
        backward(gradient) {
          const spread = pooled.spread(graph.reshape(gradient, 0, channels, outTime, 1, outBins, 1))
          const input = graph.reshape(spread, 0, channels, outTime * perTime, outBins * perBin)
          return {
            input:
              leftTime === 0 && leftBins === 0
                ? input
                : graph.op('Pad', [input, graph.ints(0, 0, 0, 0, 0, 0, leftTime, leftBins)]),
            parameters: [],
          }
        },
      }
    },
  }
}
