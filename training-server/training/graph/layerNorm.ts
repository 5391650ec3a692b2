import { EPSILON } from './groupNorm.ts'
import type { Layer } from './layer.ts'

/**
 * Layer normalisation (Ba, Kiros & Hinton 2016, arXiv:1607.06450) over the last axis: each row of values to mean 0 and variance 1, then a scale
 * and an offset a place, as PyTorch's LayerNorm. Any shape.
 */
export function layerNorm(options: { readonly name: string }): Layer {
  const { name } = options
  return {
    outputShape: (input) => input,

    parameters(input) {
      const size = input.at(-1) ?? 1
      return [
        { name: `${name}.weight`, shape: [size], initial: { kind: 'constant', value: 1 } },
        { name: `${name}.bias`, shape: [size], initial: { kind: 'constant', value: 0 } },
      ]
    },

    forward({ graph, value, shape, parameters }) {
      const [scale = '', offset = ''] = parameters
      const size = shape.at(-1) ?? 1
      const normal = graph.newName(`${name}.normal`)
      const inverseDeviation = graph.newName(`${name}.inverseDeviation`)
      graph.opTo(
        [normal, graph.newName(`${name}.mean`), inverseDeviation],
        'LayerNormalization',
        [value, graph.op('Expand', [graph.float(1), graph.ints(size)])],
        { axis: -1, epsilon: { float: EPSILON } },
      )
      return {
        value: graph.add(graph.mul(normal, scale), offset),
        backward(gradient, needed) {
          const ofNormal = graph.mul(gradient, scale)
          const mean = (of: string) => graph.op('ReduceMean', [of, graph.ints(-1)])
          // d = inverse (g - mean(g) - normal mean(g normal)), the means over the row.
          const inputGradient = () => {
            const along = graph.mul(normal, mean(graph.mul(ofNormal, normal)))
            return graph.mul(inverseDeviation, graph.sub(graph.sub(ofNormal, mean(ofNormal)), along))
          }
          const others = shape.map((_, axis) => axis)
          return {
            input: needed === 'needed' ? inputGradient() : null,
            parameters: [graph.sum(graph.mul(gradient, normal), ...others), graph.sum(gradient, ...others)],
          }
        },
      }
    },
  }
}
