import type { Kysely } from 'kysely'
import { signJson } from '@spira/shared/protocol/ed25519.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Receipt, SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'

/** A receipt for what the caller has on disk, or will have when `trx` commits. */
export async function signReceipt(
  { keys, serverId }: ServerContext,
  { deviceId, kind, items }: Pick<Receipt, 'deviceId' | 'kind' | 'items'>,
  issuedAt = new Date().toISOString(),
): Promise<SignedReceipt> {
  const receipt: Receipt = { receiptId: newId(), serverId, deviceId, kind, items, issuedAt }
  return { receipt, keyId: keys.receipt.keyId, signature: await signJson(receipt, keys.receipt.privateKey) }
}

/** Of a batch of events; a recording's is kept with its row. */
export async function keepReceipt(db: Kysely<Database>, signed: SignedReceipt): Promise<void> {
  const { receiptId, deviceId, kind, issuedAt } = signed.receipt
  await db
    .insertInto('receipts')
    .values({ id: receiptId, deviceId, kind, recordingId: null, body: JSON.stringify(signed), issuedAt })
    .execute()
}
