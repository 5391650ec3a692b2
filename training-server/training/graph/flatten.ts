import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/** [channels, time, bins] to one list in the order time, channel, bin: SPIRA's `transpose(1, 2)` before its first linear layer. */
export function flattenTimeFirst(name: string): Layer {
  return {
    outputShape(input) {
      const { channels, time, bins } = imageShape(name, input)
      return [channels * time * bins]
    },
    parameters: () => [],
    forward({ graph, value, shape }) {
      const { channels, time, bins } = imageShape(name, shape)
      const swapTimeAndChannel = { perm: [0, 2, 1, 3] }
      return {
        value: graph.reshape(graph.op('Transpose', [value], swapTimeAndChannel), 0, channels * time * bins),
        backward: (gradient) => ({
          input: graph.op('Transpose', [graph.reshape(gradient, 0, time, channels, bins)], swapTimeAndChannel),
          parameters: [],
        }),
      }
    },
  }
}
