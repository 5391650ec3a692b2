import { createHmac } from 'node:crypto'

/**
 * The names that a dataset version's exports use instead of the bedside's ids: a keyed hash, so that nobody without the server's secret
 * leads one back, and the same in every export of the version, so that a withdrawal can say which to delete. 48 bits: among
 * 100,000 recordings two alike are a matter of 1 in 56,000, and an export with two alike is refused.
 *
 * @returns the name of the thing `id` of the kind `prefix`: R for a recording, S for a participant.
 */
export function exportKeys(secret: Uint8Array, datasetVersionId: string): (prefix: 'R' | 'S', id: string) => string {
  return (prefix, id) =>
    prefix +
    createHmac('sha256', secret).update(`${datasetVersionId}:${prefix}:${id}`).digest('hex').slice(0, 12).toUpperCase()
}
