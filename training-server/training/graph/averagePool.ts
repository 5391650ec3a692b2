import { blockPool, type BlockPoolOptions } from './blockPool.ts'
import type { Layer } from './layer.ts'

/** Mean of each block (blockPool.ts). */
export function averagePool(options: BlockPoolOptions): Layer {
  const [perTime, perBin] = options.window
  return blockPool(options, (graph, blocks) => ({
    // ReduceMean: AveragePool changes the memory layout there and back.
    value: graph.op('ReduceMean', [blocks, graph.ints(3, 5)], { keepdims: 0 }),
    spread: (gradient) =>
      graph.op('Expand', [
        graph.mul(gradient, graph.float(1 / (perTime * perBin))),
        graph.ints(1, 1, 1, perTime, 1, perBin),
      ]),
  }))
}
