import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'
import { maxPoolTime2 } from './maxPool.ts'
import { mish } from './mish.ts'
import { mishOfLarger } from './mishOfLarger.ts'
import { sequence } from './sequence.ts'

/**
 * Mish, then the maximum of each two neighbours in time, an odd last frame dropped. In training both are computed together
 * (see mishOfLarger.ts); the inference graph has the two layers.
 */
export function mishMaxPool(name: string): Layer {
  const layers = sequence([mish(), maxPoolTime2(name)])
  return {
    ...layers,
    forward(input) {
      const { graph, value, shape, training } = input
      if (training === null) return layers.forward(input)
      const { channels, time, bins } = imageShape(name, shape)
      const half = Math.floor(time / 2)
      const every2nd = (from: number) => graph.op('Neg', [graph.slice(value, 2, from, 2 * half, 2)])
      const pooled = mishOfLarger(graph, every2nd(0), every2nd(1))
      return {
        value: pooled.value,
        backward(gradient) {
          const { winner, first } = pooled.backward(graph.op('Neg', [gradient]))
          const pair = [first, graph.sub(winner, first)].map((part) => graph.reshape(part, 0, channels, half, 1, bins))
          const spread = graph.reshape(graph.op('Concat', pair, { axis: 3 }), 0, channels, 2 * half, bins)
          const whole = time === 2 * half ? spread : graph.op('Pad', [spread, graph.ints(0, 0, 0, 0, 0, 0, 1, 0)])
          return { input: whole, parameters: [] }
        },
      }
    },
  }
}
