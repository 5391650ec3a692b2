import { sql } from 'kysely'
import type { z } from 'zod'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { retentionRuleBodySchema, retentionRuleSchema } from '@spira/shared/protocol/withdrawalApi.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
import { finishWithdrawals, withdrawParticipant } from './withdraw.ts'

export async function listRetentionRules({ db }: ServerContext): Promise<z.infer<typeof retentionRuleSchema>[]> {
  const rows = await db.selectFrom('retentionRules').selectAll().orderBy('id').execute()
  return rows.map((row) => ({ ...row, setAt: row.setAt.toISOString() }))
}

/** Sets, changes or (keepDays null) takes away the rule of a site and a protocol. */
export async function setRetentionRule(
  { db }: ServerContext,
  { siteId, protocol, keepDays }: z.infer<typeof retentionRuleBodySchema>,
  actor: string,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`delete from retention_rules where site_id is not distinct from ${siteId}::uuid
      and protocol is not distinct from ${protocol}::text`.execute(trx)
    if (keepDays !== null)
      await trx
        .insertInto('retentionRules')
        .values({ id: newId(), siteId, protocol, keepDays, setBy: actor, setAt: new Date() })
        .execute()
    await appendAudit(trx, {
      actor,
      action: 'retention.changed',
      subject: siteId === null ? 'server' : `site:${siteId}`,
      details: { protocol, keepDays },
    })
  })
}

/**
 * Erases every participant whose last encounter is older than the shortest rule that fits any of their encounters, exactly as a
 * withdrawal does. @returns how many.
 */
export async function applyRetention(context: ServerContext, now = new Date()): Promise<number> {
  const { rows } = await sql<{ id: string; siteId: string }>`
    select participants.id, participants.site_id as "siteId"
    from participants
    join encounters on encounters.participant_id = participants.id
    join retention_rules on (retention_rules.site_id is null or retention_rules.site_id = participants.site_id)
      and (retention_rules.protocol is null or retention_rules.protocol = encounters.consent ->> 'textVersion')
    group by participants.id
    having max(encounters.completed_at) < ${now}::timestamptz - min(retention_rules.keep_days) * interval '1 day'
  `.execute(context.db)
  for (const { id, siteId } of rows)
    await context.db.transaction().execute((trx) =>
      withdrawParticipant(trx, {
        id: newId(),
        participantId: id,
        siteId,
        origin: 'retention',
        withdrawnAt: now.toISOString(),
        actor: 'server',
      }),
    )
  if (rows.length > 0) await finishWithdrawals(context)
  return rows.length
}
