import { createHash } from 'node:crypto'
import type { Id } from '@spira/shared/protocol/ids.ts'

/** 2026-11-20T09:30:00Z: when the list's people are taken to have been recorded. */
const AT_MS = BigInt(Date.UTC(2026, 10, 20, 9, 30))

/**
 * An id of the form of a UUIDv7 whose random bits follow from a name: the same list of recordings gives the same ids wherever and whenever
 * it is filed, hence the same people held out, the same dataset version by its hash, and the same weights.
 */
export function namedId(...name: readonly string[]): Id {
  const bytes = createHash('sha256').update(JSON.stringify(name)).digest()
  bytes.writeUIntBE(Number(AT_MS), 0, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
