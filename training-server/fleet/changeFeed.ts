import { sql, type Transaction } from 'kysely'
import type { z } from 'zod'
import type { Change, changesPageSchema, signedChangesSchema } from '@spira/shared/protocol/changes.ts'
import { signText } from '@spira/shared/protocol/ed25519.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'
import type { AuthenticatedDevice } from './requireDevice.ts'

const PAGE = 200

/**
 * Tells the devices of a site (null: every device) in the caller's transaction. Writers take turns until they commit, so that a device that
 * has read up to a position can have missed none before it: call it after the rest of the work, and before the audit entry.
 */
export async function appendChange(trx: Transaction<Database>, siteId: string | null, change: Change): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.changes})`.execute(trx)
  await trx
    .insertInto('changes')
    .values({ siteId, body: JSON.stringify(change), createdAt: new Date() })
    .execute()
}

/**
 * The page after `cursor`, signed. A cursor names the epoch it was given in: after a restore the same position is another place.
 * @throws SpiraError cursor_invalid for one that this server has not given in this epoch.
 */
export async function readChanges(
  { db, keys, serverId }: ServerContext,
  device: AuthenticatedDevice,
  cursor: string | null,
): Promise<z.infer<typeof signedChangesSchema>> {
  const { last, epoch } = await db
    .selectFrom('server')
    .select(({ selectFrom }) => [
      'epoch',
      selectFrom('changes')
        .select(({ fn }) => fn.coalesce(fn.max('position'), sql<number>`0`).as('last'))
        .as('last'),
    ])
    .$narrowType<{ last: number }>()
    .executeTakeFirstOrThrow()
  const after = cursor === null ? 0 : positionOf(cursor, epoch)
  if (!(after <= last)) throw new SpiraError('cursor_invalid')
  // It asks with the position up to which it has carried out everything.
  await db
    .updateTable('devices')
    .set({ changesDone: after })
    .where('id', '=', device.id)
    .where('changesDone', '<', after)
    .execute()
  const rows = await db
    .selectFrom('changes')
    .select(['position', 'body'])
    .where('position', '>', after)
    .where('position', '<=', last)
    .where(({ or, eb }) => or([eb('siteId', 'is', null), eb('siteId', '=', device.siteId)]))
    .orderBy('position')
    .limit(PAGE + 1)
    .execute()
  const more = rows.length > PAGE
  const page: z.infer<typeof changesPageSchema> = {
    serverId,
    deviceId: device.id,
    epoch,
    cursor,
    changes: rows.slice(0, PAGE).map(({ body }) => ({ ...body })),
    nextCursor: `c${more ? (rows[PAGE - 1]?.position ?? after) : last}.${epoch}`,
    more,
  }
  const text = JSON.stringify(page)
  return { page: text, keyId: keys.receipt.keyId, signature: await signText(text, keys.receipt.privateKey) }
}

/** NaN: given by no server, or in another epoch. One that names no epoch was given before there were any. */
function positionOf(cursor: string, epoch: string): number {
  const [, position, givenIn = epoch] = /^c(\d{1,9})(?:\.([0-9a-f-]{36}))?$/.exec(cursor) ?? []
  return givenIn === epoch ? Number(position) : Number.NaN
}
