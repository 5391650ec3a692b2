import { compact } from './compact.ts'
import { compactBatchNorm } from './compactBatchNorm.ts'
import type { Network } from './network.ts'
import { spiraConvV2 } from './spiraConvV2.ts'

/** Every network an experiment may name. */
export const networks: readonly Network[] = [spiraConvV2, compact, compactBatchNorm]

/** @throws when no network has this name, with those that exist. */
export function networkNamed(name: string): Network {
  const found = networks.find((network) => network.name === name)
  if (found === undefined) {
    throw new RangeError(
      `There is no network "${name}". The networks are: ${networks.map((known) => known.name).join(', ')}.`,
    )
  }
  return found
}
