import type { Transaction } from 'kysely'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Channel } from '@spira/shared/protocol/rollouts.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Database } from '../db/schema.ts'
import { lockModels } from '../models/registry.ts'
import type { ServerContext } from '../server/context.ts'
import { publishRollouts } from './repository.ts'

/** A part of the fleet that a release may be for: every device of its sites, and devices of others by name. */
type Members = Omit<Channel, 'id'>

export const listChannels = ({ db }: Pick<ServerContext, 'db'>): Promise<Channel[]> =>
  db.selectFrom('channels').select(['id', 'name', 'siteIds', 'deviceIds']).orderBy('name').execute()

/** @throws SpiraError channel_name_taken, not_found where there is no such site or device */
export async function makeChannel(
  context: Pick<ServerContext, 'db'>,
  members: Members,
  actor: string,
): Promise<Channel> {
  const id = newId()
  await context.db.transaction().execute(async (trx) => {
    await requireMembers(trx, members)
    const { name, siteIds, deviceIds } = members
    const added = await trx
      .insertInto('channels')
      .values({
        id,
        name,
        siteIds: JSON.stringify(siteIds),
        deviceIds: JSON.stringify(deviceIds),
        createdAt: new Date(),
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (added === undefined) throw new SpiraError('channel_name_taken', { name })
    await appendAudit(trx, { actor, action: 'channel.made', subject: `channel:${id}`, details: { ...members } })
  })
  return { id, ...members }
}

/**
 * Another name, other members. What is under way for the channel is said anew, signed, to the devices: who left it goes no further, who
 * came takes it.
 *
 * @throws SpiraError not_found, channel_name_taken
 */
export async function changeChannel(
  context: Pick<ServerContext, 'db' | 'folders'>,
  { id, ...members }: Channel,
  actor: string,
): Promise<Channel> {
  await context.db.transaction().execute(async (trx) => {
    await lockModels(trx)
    await requireMembers(trx, members)
    const { name, siteIds, deviceIds } = members
    const other = await trx.selectFrom('channels').select('id').where('name', '=', name).executeTakeFirst()
    if (other !== undefined && other.id !== id) throw new SpiraError('channel_name_taken', { name })
    const before = await trx
      .selectFrom('channels')
      .select(['name', 'siteIds', 'deviceIds'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (before === undefined) throw new SpiraError('not_found')
    await trx
      .updateTable('channels')
      .set({ name, siteIds: JSON.stringify(siteIds), deviceIds: JSON.stringify(deviceIds) })
      .where('id', '=', id)
      .execute()
    const used = await trx.selectFrom('rollouts').select('id').where('channelId', '=', id).limit(1).executeTakeFirst()
    if (used !== undefined) await publishRollouts(context, trx)
    const details = { before, now: members }
    await appendAudit(trx, { actor, action: 'channel.changed', subject: `channel:${id}`, details })
  })
  return { id, ...members }
}

async function requireMembers(trx: Transaction<Database>, { siteIds, deviceIds }: Members): Promise<void> {
  const [sites, devices] = [new Set(siteIds), new Set(deviceIds)]
  const thereOf = async (table: 'sites' | 'devices', ids: ReadonlySet<string>) =>
    ids.size === 0
      ? []
      : trx
          .selectFrom(table)
          .select('id')
          .where('id', 'in', [...ids])
          .execute()
  if ((await thereOf('sites', sites)).length < sites.size) throw new SpiraError('not_found')
  if ((await thereOf('devices', devices)).length < devices.size) throw new SpiraError('not_found')
}
