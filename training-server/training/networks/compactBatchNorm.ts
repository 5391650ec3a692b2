import { batchNorm } from '../graph/batchNorm.ts'
import { compact, compactLayers } from './compact.ts'
import type { Network } from './network.ts'

/** Samples whose statistics normalise each other: half of a default batch. */
const NORMALISED_TOGETHER = 15

/** The compact network with batch normalisation in place of group normalisation. */
export const compactBatchNorm: Network = {
  ...compact,
  name: 'compact-batch-norm',
  build: (options) => ({
    ...compactLayers(options, (name) => batchNorm({ name })),
    microBatch: NORMALISED_TOGETHER,
  }),
}
