import { carriedReceiptsSchema } from '@spira/shared/protocol/carriedRecord.ts'
import type { SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import { type ExpectedReceipt, verifyReceipt } from '@spira/shared/protocol/verifyReceipt.ts'
import type { SpiraDatabase } from '../store/database.ts'
import { type Transition, transition } from './outboxQueue.ts'
import { SyncFileError } from './syncFileError.ts'

/**
 * Takes in the receipts that came back by file. Each is believed by the pinned key as any other, and makes an item synced only when it
 * names its very hash; what is not this device's, or long done, changes nothing.
 *
 * @returns how many items are synced by it.
 * @throws SyncFileError `receipts-invalid`.
 */
export async function takeReceipts(
  db: SpiraDatabase,
  pinned: Pick<ExpectedReceipt, 'serverId' | 'deviceId' | 'receiptKey'>,
  text: string,
  now: number,
): Promise<number> {
  const file = carriedReceiptsSchema.safeParse(jsonOrNull(text))
  if (!file.success) throw new SyncFileError('receipts-invalid')
  let synced = 0
  for (const signed of file.data.receipts) {
    const transitions = await believed(db, pinned, signed)
    const before = await syncedCount(db)
    await transition(db, transitions, now)
    synced += (await syncedCount(db)) - before
  }
  const refused = file.data.rejected.map(({ id, code }): Transition => ({ id, change: { type: 'refused', code } }))
  await transition(db, refused)
  return synced
}

async function believed(
  db: SpiraDatabase,
  pinned: Pick<ExpectedReceipt, 'serverId' | 'deviceId' | 'receiptKey'>,
  signed: SignedReceipt,
): Promise<readonly Transition[]> {
  const { kind, items, receiptId } = signed.receipt
  const rows = await db.outbox.bulkGet(items.map(({ id }) => id))
  // What this device no longer has (a withdrawal) is vouched for as it says: it is not looked up by anything.
  const sent = new Map(items.map(({ id, sha256 }, at) => [id, rows[at]?.sha256 ?? sha256]))
  try {
    await verifyReceipt(signed, { ...pinned, kind, sent })
  } catch (error) {
    throw new SyncFileError('receipts-invalid', { cause: error })
  }
  return items.map(({ id, sha256 }) => ({ id, change: { type: 'receipt', receiptId, sha256 } }))
}

const syncedCount = (db: SpiraDatabase): Promise<number> => db.outbox.where('state').equals('synced').count()

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
