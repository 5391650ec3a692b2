import type { Value } from './graphBuilder.ts'
import type { Layer, LayerOutput, ParameterGradient, ParameterSpec, Shape } from './layer.ts'

/** Layers one after the other, as one layer: its parameters are theirs, in their order. */
export function sequence(layers: readonly Layer[]): Layer {
  return {
    outputShape: (input) => layers.reduce((shape, layer) => layer.outputShape(shape), input),

    parameters(input) {
      let shape = input
      return layers.flatMap((layer): readonly ParameterSpec[] => {
        const own = layer.parameters(shape)
        shape = layer.outputShape(shape)
        return own
      })
    },

    forward({ graph, value, shape, parameters, training }) {
      const passes: LayerOutput[] = []
      let [flowing, current, taken]: [Value, Shape, number] = [value, shape, 0]
      for (const layer of layers) {
        const count = layer.parameters(current).length
        const own = parameters.slice(taken, taken + count)
        const output = layer.forward({ graph, value: flowing, shape: current, parameters: own, training })
        passes.push(output)
        ;[flowing, current, taken] = [output.value, layer.outputShape(current), taken + count]
      }
      return {
        value: flowing,
        backward(gradient, needed) {
          const gradients: ParameterGradient[] = []
          let slope: Value | null = gradient
          for (const [index, pass] of [...passes.entries()].toReversed()) {
            if (slope === null) break
            const back = pass.backward(slope, index > 0 ? 'needed' : needed)
            gradients.unshift(...back.parameters)
            slope = back.input
          }
          return { input: slope, parameters: gradients }
        },
      }
    },
  }
}
