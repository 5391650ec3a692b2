import type { DevicePolicy } from '@spira/shared/protocol/devicePolicy.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
import { appendChange } from './changeFeed.ts'

/** What was decided last; until then no device erases itself. */
export async function readDevicePolicy({ db }: Pick<ServerContext, 'db'>): Promise<DevicePolicy> {
  const row = await db.selectFrom('devicePolicy').select('eraseAfterDays').executeTakeFirst()
  return { eraseAfterDays: row?.eraseAfterDays ?? null }
}

/** Every device learns of it at its next contact, those that are enrolled later, too. */
export async function setDevicePolicy(
  { db }: Pick<ServerContext, 'db'>,
  { eraseAfterDays }: DevicePolicy,
  actor: string,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const decided = { eraseAfterDays, setBy: actor, setAt: new Date() }
    await trx
      .insertInto('devicePolicy')
      .values(decided)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(decided))
      .execute()
    await appendChange(trx, null, { type: 'device-policy.set', eraseAfterDays })
    await appendAudit(trx, { actor, action: 'device-policy.set', subject: 'server', details: { eraseAfterDays } })
  })
}
