import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/**
 * Maximum of each two neighbours in time, an odd last frame dropped, by two slices and a comparison: measured 1.25 times
 * faster than MaxPool and MaxUnpool. Of two equal values the first takes the gradient, as in PyTorch.
 */
export function maxPoolTime2(name: string): Layer {
  return {
    outputShape(input) {
      const { channels, time, bins } = imageShape(name, input)
      return [channels, Math.floor(time / 2), bins]
    },
    parameters: () => [],
    forward({ graph, value, shape }) {
      const { channels, time, bins } = imageShape(name, shape)
      const half = Math.floor(time / 2)
      const first = graph.slice(value, 2, 0, 2 * half, 2)
      const second = graph.slice(value, 2, 1, 2 * half, 2)
      return {
        value: graph.op('Max', [first, second]),
        backward(gradient) {
          const firstWins = graph.op('Cast', [graph.op('GreaterOrEqual', [first, second])], { to: 1 })
          const toFirst = graph.mul(gradient, firstWins)
          const pair = [toFirst, graph.sub(gradient, toFirst)].map((part) =>
            graph.reshape(part, 0, channels, half, 1, bins),
          )
          const spread = graph.reshape(graph.op('Concat', pair, { axis: 3 }), 0, channels, 2 * half, bins)
          return {
            input: time === 2 * half ? spread : graph.op('Pad', [spread, graph.ints(0, 0, 0, 0, 0, 0, 1, 0)]),
            parameters: [],
          }
        },
      }
    },
  }
}
