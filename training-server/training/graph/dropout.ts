import type { Layer } from './layer.ts'

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
