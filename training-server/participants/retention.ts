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
 * Erases, exactly as a withdrawal does, every participant all of whose encounters have run out, each under the shortest rule that fits
 * that encounter: one that no rule fits keeps its participant. @returns how many.
 */
export async function applyRetention(context: ServerContext, now = new Date()): Promise<number> {
  const due = await runOut(context.db, now)
  let erased = 0
  for (const { id, siteId } of due)
    erased += await context.db.transaction().execute(async (trx) => {
      // An encounter filed since then is either there now or waits for this row and finds the tombstone.
      await trx.selectFrom('participants').select('id').where('id', '=', id).forUpdate().execute()
      if ((await runOut(trx, now, id)).length === 0) return 0
      await withdrawParticipant(trx, {
        id: newId(),
        participantId: id,
        siteId,
        origin: 'retention',
        withdrawnAt: now.toISOString(),
        actor: 'server',
      })
      return 1
    })
  if (erased > 0) await finishWithdrawals(context)
  return erased
}

/**
 * Participants with nothing left that a rule keeps. One without an encounter counts as one encounter without a protocol. An encounter counts from when this server received it (its event, or the import that
 * brought it): a device whose clock stands in 2015 has nobody erased too early, one whose clock is ahead keeps nobody longer.
 */
async function runOut(
  db: ServerContext['db'],
  now: Date,
  participantId?: string,
): Promise<readonly { readonly id: string; readonly siteId: string }[]> {
  const { rows } = await sql<{ id: string; siteId: string }>`
    select participants.id, participants.site_id as "siteId"
    from participants
    left join encounters on encounters.participant_id = participants.id
    cross join lateral (
      select coalesce(
        (select min(received_at) from device_events
          where body -> 'payload' ->> 'id' = coalesce(encounters.id, participants.id)::text
            and type in ('encounter.completed', 'participant.registered')),
        (select filed_at from imports join import_encounters on import_encounters.import_id = imports.id
          where import_encounters.encounter_id = encounters.id),
        encounters.completed_at, participants.registered_at) as at
    ) as received
    where exists (select from retention_rules)
      ${participantId === undefined ? sql`` : sql`and participants.id = ${participantId}::uuid`}
    group by participants.id
    having bool_and(exists (
      select from retention_rules
      where (retention_rules.site_id is null or retention_rules.site_id = participants.site_id)
        and (retention_rules.protocol is null or retention_rules.protocol = encounters.consent ->> 'textVersion')
        and received.at < ${now}::timestamptz - retention_rules.keep_days * interval '1 day'
    ))
  `.execute(db)
  return rows
}
