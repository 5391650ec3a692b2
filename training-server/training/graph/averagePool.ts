import type { Value } from './graphBuilder.ts'
import type { Pair } from './kernelGeometry.ts'
import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/** Mean of each block of `window` times and bins; what is left over at the ends is dropped. Input and output [channels, time, bins]. */
export function averagePool(options: { readonly name: string; readonly window: Pair }): Layer {
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
      const [leftTime, leftBins] = [time - outTime * perTime, bins - outBins * perBin]
      const blocksOnly = (image: Value) => {
        const cut = leftTime === 0 ? image : graph.slice(image, 2, 0, outTime * perTime)
        return leftBins === 0 ? cut : graph.slice(cut, 3, 0, outBins * perBin)
      }
      return {
        // ReduceMean: AveragePool changes the memory layout there and back.
        value: graph.op(
          'ReduceMean',
          [graph.reshape(blocksOnly(value), 0, channels, outTime, perTime, outBins, perBin), graph.ints(3, 5)],
          { keepdims: 0 },
        ),
        backward(gradient) {
          const share = graph.mul(gradient, graph.float(1 / (perTime * perBin)))
          const repeated = graph.op('Expand', [
            graph.reshape(share, 0, channels, outTime, 1, outBins, 1),
            graph.ints(1, 1, 1, perTime, 1, perBin),
          ])
          const spread = graph.reshape(repeated, 0, channels, outTime * perTime, outBins * perBin)
          const whole = leftTime === 0 && leftBins === 0
          return {
            input: whole ? spread : graph.op('Pad', [spread, graph.ints(0, 0, 0, 0, 0, 0, leftTime, leftBins)]),
            parameters: [],
          }
        },
      }
    },
  }
}
