import type { Value } from './graphBuilder.ts'
import type { Pair } from './kernelGeometry.ts'
import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/**
 * Maximum of each block of `window` times and bins; what is left over at the ends is dropped. Input and output [channels, time, bins]. Equal
 * largest values share the gradient. For pairs in time maxPoolTime2() is faster.
 */
export function maxPoolBlocks(options: { readonly name: string; readonly window: Pair }): Layer {
  const { name, window } = options
  const [perTime, perBin] = window
  const blocks = (time: number, bins: number) => [Math.floor(time / perTime), Math.floor(bins / perBin)] as const
  return {
    outputShape(input) {
      const { channels, time, bins } = imageShape(name, input)
      return [channels, ...blocks(time, bins)]
    },
    parameters: () => [],
    forward({ graph, value, shape }) {
      const { channels, time, bins } = imageShape(name, shape)
      const [outTime, outBins] = blocks(time, bins)
      const cut = graph.slice(graph.slice(value, 2, 0, outTime * perTime), 3, 0, outBins * perBin)
      const inBlocks = graph.reshape(cut, 0, channels, outTime, perTime, outBins, perBin)
      const over = (operator: string, of: Value) => graph.op(operator, [of, graph.ints(3, 5)])
      const largest = over('ReduceMax', inBlocks)
      return {
        value: graph.reshape(largest, 0, channels, outTime, outBins),
        backward(gradient) {
          const wins = graph.op('Cast', [graph.op('Equal', [inBlocks, largest])], { to: 1 })
          const share = graph.op('Div', [
            graph.reshape(gradient, 0, channels, outTime, 1, outBins, 1),
            over('ReduceSum', wins),
          ])
          const spread = graph.reshape(graph.mul(share, wins), 0, channels, outTime * perTime, outBins * perBin)
          const [leftTime, leftBins] = [time - outTime * perTime, bins - outBins * perBin]
          return {
            input: graph.op('Pad', [spread, graph.ints(0, 0, 0, 0, 0, 0, leftTime, leftBins)]),
            parameters: [],
          }
        },
      }
    },
  }
}
