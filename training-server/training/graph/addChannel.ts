import type { Layer } from './layer.ts'

/** [time, bins] to an image of one channel, [1, time, bins]. */
export function addChannel(): Layer {
  return {
    outputShape: (input) => [1, ...input],
    parameters: () => [],
    forward: ({ graph, value }) => ({
      value: graph.op('Unsqueeze', [value, graph.ints(1)]),
      backward: (gradient, needed) => ({
        input: needed === 'needed' ? graph.op('Squeeze', [gradient, graph.ints(1)]) : null,
        parameters: [],
      }),
    }),
  }
}
