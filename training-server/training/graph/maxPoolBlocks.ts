import { blockPool, type BlockPoolOptions } from './blockPool.ts'
import type { Layer } from './layer.ts'

/** Maximum of each block (blockPool.ts). Equal largest values share the gradient. For pairs in time maxPoolTime2() is faster. */
export const maxPoolBlocks = (options: BlockPoolOptions): Layer =>
  blockPool(options, (graph, blocks) => {
    const within = graph.ints(3, 5)
    const largest = graph.op('ReduceMax', [blocks, within])
    return {
      value: largest,
      spread(gradient) {
        const wins = graph.op('Cast', [graph.op('Equal', [blocks, largest])], { to: 1 })
        return graph.mul(graph.op('Div', [gradient, graph.op('ReduceSum', [wins, within])]), wins)
      },
    }
  })
