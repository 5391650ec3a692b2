import type { PublicKeyJwk } from './deviceApi.ts'
import { verifyJson } from './ed25519.ts'
import type { Receipt, SignedReceipt } from './receipt.ts'
import { SyncError } from './syncError.ts'

/** What a device pinned when it enrolled, and what it now asked the server to vouch for. */
export interface ExpectedReceipt {
  readonly serverId: string
  readonly deviceId: string
  readonly receiptKey: { readonly keyId: string; readonly publicKey: PublicKeyJwk }
  readonly kind: Receipt['kind']
  /** SHA-256 by id of everything that was sent: a receipt may vouch for fewer items, never for others. */
  readonly sent: ReadonlyMap<string, string>
}

/**
 * Promise 2: believes a receipt only when the pinned key signed it for this server, this device and exactly these bytes.
 *
 * @throws SyncError `not_the_server` for any other.
 */
export async function verifyReceipt(
  { receipt, keyId, signature }: SignedReceipt,
  expected: ExpectedReceipt,
): Promise<Receipt> {
  if (keyId !== expected.receiptKey.keyId) throw new SyncError('not_the_server', 'receipt signed with an unknown key')
  if (receipt.serverId !== expected.serverId) throw new SyncError('not_the_server', 'receipt of another server')
  if (receipt.deviceId !== expected.deviceId) throw new SyncError('not_the_server', 'receipt for another device')
  if (receipt.kind !== expected.kind) throw new SyncError('not_the_server', 'receipt of another kind')
  for (const { id, sha256 } of receipt.items) {
    if (expected.sent.get(id) !== sha256)
      throw new SyncError('not_the_server', 'receipt for something that was not sent')
  }
  if (!(await verifyJson(receipt, signature, expected.receiptKey.publicKey)))
    throw new SyncError('not_the_server', 'receipt with a wrong signature')
  return receipt
}
