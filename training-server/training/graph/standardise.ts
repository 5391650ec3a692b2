import type { Layer } from './layer.ts'
import { elementCount } from './layer.ts'

/** Added to the variance, as in PyTorch's normalisations. */
const EPSILON = 1e-5

/** Each sample to mean 0 and variance 1 over all of its values. Nothing is trained, so nothing before a first layer is passed back. */
export function standardise(): Layer {
  return {
    outputShape: (input) => input,
    parameters: () => [],
    forward({ graph, value, shape }) {
      const size = elementCount(shape)
      const normal = graph.newName('normal')
      const inverseDeviation = graph.newName('inverseDeviation')
      graph.opTo(
        [normal, graph.newName('mean'), inverseDeviation],
        'LayerNormalization',
        [graph.reshape(value, 0, size), graph.op('Expand', [graph.float(1), graph.ints(size)])],
        { axis: -1, epsilon: { float: EPSILON } },
      )
      return {
        value: graph.reshape(normal, 0, ...shape),
        backward(gradient) {
          // inverse (g - mean(g) - normal mean(g normal))
          const flat = graph.reshape(gradient, 0, size)
          const mean = (values: string) => graph.op('ReduceMean', [values, graph.ints(1)])
          const along = graph.mul(normal, mean(graph.mul(flat, normal)))
          const centred = graph.sub(graph.sub(flat, mean(flat)), along)
          return { input: graph.reshape(graph.mul(centred, inverseDeviation), 0, ...shape), parameters: [] }
        },
      }
    },
  }
}
