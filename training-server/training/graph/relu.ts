import type { Layer } from './layer.ts'

/** max(x, 0); at 0 the slope is 0, as in PyTorch. */
export function relu(): Layer {
  return {
    outputShape: (input) => input,
    parameters: () => [],
    forward({ graph, value }) {
      const y = graph.op('Relu', [value])
      return {
        value: y,
        backward: (gradient) => ({ input: graph.mul(gradient, graph.op('Sign', [y])), parameters: [] }),
      }
    },
  }
}
