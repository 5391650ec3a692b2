import { Metadata, type Targets } from '@tufjs/models'
import type { Transaction } from 'kysely'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Database } from '../../db/schema.ts'

/**
 * Asks the holders of an offline key for their signatures. At most one request waits for a role: a newer one holds everything the
 * older would have said, so that nobody signs twice for what is one release.
 */
export async function requestSignature(
  trx: Transaction<Database>,
  role: 'targets',
  signed: Targets,
  reason: string,
  now: Date,
): Promise<void> {
  const waiting = await trx
    .selectFrom('signingRequests')
    .select(['id', 'text'])
    .where('role', '=', role)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  // The same files asked for again, with a later expiry: the request under way stands.
  if (waiting !== undefined && namesOf(waiting.text) === namesOf(JSON.stringify(new Metadata(signed).toJSON()))) return
  if (waiting !== undefined)
    await trx
      .updateTable('signingRequests')
      .set({ state: 'superseded', endedAt: now })
      .where('id', '=', waiting.id)
      .execute()
  await trx
    .insertInto('signingRequests')
    .values({
      id: newId(),
      role,
      version: signed.version,
      text: JSON.stringify(new Metadata(signed).toJSON()),
      reason,
      state: 'waiting',
      createdAt: now,
      endedAt: null,
    })
    .execute()
}

const namesOf = (text: string): string => {
  const { version, targets } = (JSON.parse(text) as { signed: { version: number; targets: object } }).signed
  return JSON.stringify([version, targets])
}
