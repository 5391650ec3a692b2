import type { Layer } from './layer.ts'
import { elementCount } from './layer.ts'

/** Fully connected layer on a list; initial values as PyTorch's Linear: uniform within 1 / sqrt(fan in). */
export function linear(options: { readonly name: string; readonly outputs: number }): Layer {
  const { name, outputs } = options
  return {
    outputShape: () => [outputs],
    parameters(input) {
      const inputs = elementCount(input)
      const initial = { kind: 'uniform', bound: 1 / Math.sqrt(inputs) } as const
      return [
        { name: `${name}.weight`, shape: [outputs, inputs], initial },
        { name: `${name}.bias`, shape: [outputs], initial },
      ]
    },
    forward({ graph, value, parameters }) {
      const [weight = '', bias = ''] = parameters
      return {
        value: graph.op('Gemm', [value, weight, bias], { transB: 1 }),
        backward: (gradient, needed) => ({
          input: needed === 'needed' ? graph.op('MatMul', [gradient, weight]) : null,
          parameters: [{ left: gradient, right: value }, graph.sum(gradient, 0)],
        }),
      }
    },
  }
}
