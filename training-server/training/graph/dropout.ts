import type { GraphBuilder, Value } from './graphBuilder.ts'
import type { Layer } from './layer.ts'

const FLOAT = 1

/**
 * Dropout (Srivastava et al. 2014) from a mask that is fed at each step, 0 where dropped and 1 / (1 - dropShare) where kept:
 * the runtime's own random state could not be resumed after a stop. At inference it is not there at all.
 */
export function dropout(dropShare: number): Layer {
  return {
    outputShape: (input) => input,
    parameters: () => [],
    forward({ graph, value, shape, training }) {
      if (training === null || dropShare === 0)
        return { value, backward: (gradient) => ({ input: gradient, parameters: [] }) }
      const kept = training.mask(shape, dropShare)
      return {
        value: graph.mul(value, kept),
        backward: (gradient) => ({ input: graph.mul(gradient, kept), parameters: [] }),
      }
    },
  }
}

/** The last of the 16-bit numbers from 0 that drop a value; -1 where none does. */
export const lastDropped = (dropShare: number): number => Math.round(dropShare * 2 ** 16) - 1

/**
 * A dropout mask from uniformly drawn 16-bit numbers: 0 with probability `dropShare` (16 bits fine), else 1 / (1 - dropShare), so that the
 * expectation stays.
 */
export function dropoutMask(graph: GraphBuilder, drawn: Value, dropShare: number): Value {
  const aboveDropped = { alpha: { float: 1 }, beta: { float: -lastDropped(dropShare) } }
  // How far above, cut off at 0 and 1: the runtime's cheapest comparison.
  const kept = graph.op('HardSigmoid', [graph.op('Cast', [drawn], { to: FLOAT })], aboveDropped)
  return graph.mul(kept, graph.float(1 / (1 - dropShare)))
}
