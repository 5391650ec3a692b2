import type { Alert, MonitoredWeek } from '@spira/shared/protocol/monitoring.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
import { weeklyFigures } from './weekly.ts'

/** What is worth a person's look, in one place. */
export const ALERT_LIMITS = {
  /** Uncertain among a week's assessments, of so many at least. */
  uncertainShare: 0.5,
  leastAssessments: 20,
  /** Upper end of the interval of the sensitivity: then it is below, not merely uncertain. */
  sensitivityBelow: 0.7,
  /** Of the devices that reported. */
  selfTestFailureShare: 0.2,
} as const

type Raised = Pick<Alert, 'kind' | 'modelId' | 'siteId' | 'week' | 'sentence'>

/** What a week's figures call for; the same figures, the same alerts. */
export function alertsOf(figures: readonly MonitoredWeek[]): Raised[] {
  return figures.flatMap((week) => {
    const at = { modelId: week.modelId, siteId: week.siteId, week: week.week }
    const where = `Model version ${week.modelVersion} at ${week.site}, week of ${week.week}`
    const alerts: Raised[] = []
    const drifted = week.drift.filter((one) => one.drifted)
    if (drifted.length > 0)
      alerts.push({
        ...at,
        kind: 'input-drift',
        sentence: `${where}: what it hears has changed (${drifted.map(({ descriptor, distance, p }) => `${descriptor}: distance ${distance.toFixed(2)}, p ${p.toExponential(1)}`).join('; ')}).`,
      })
    if (
      week.assessments >= ALERT_LIMITS.leastAssessments &&
      week.uncertain / week.assessments > ALERT_LIMITS.uncertainShare
    )
      alerts.push({
        ...at,
        kind: 'uncertain',
        sentence: `${where}: ${week.uncertain} of ${week.assessments} assessments are uncertain.`,
      })
    const { sensitivity } = week.agreement
    if (sensitivity !== null && sensitivity.high < ALERT_LIMITS.sensitivityBelow)
      alerts.push({
        ...at,
        kind: 'disagreement',
        sentence: `${where}: of ${sensitivity.count} with the disease later established it called ${(100 * sensitivity.value).toFixed(0)} % present (95 % interval ${(100 * sensitivity.low).toFixed(0)} to ${(100 * sensitivity.high).toFixed(0)}).`,
      })
    const { taken, failed } = week.selfTests
    if (taken > 0 && failed / taken > ALERT_LIMITS.selfTestFailureShare)
      alerts.push({
        ...at,
        kind: 'self-test',
        sentence: `${where}: ${failed} of ${taken} devices that reported could not take it.`,
      })
    return alerts
  })
}

/** Looks at all weeks, writes down what is new, once, and tells the webhook of what it has not been told. @returns how many are new. */
export async function raiseAlerts(context: Pick<ServerContext, 'db' | 'log'>, now = new Date()): Promise<number> {
  const { db, log } = context
  let raised = 0
  for (const alert of alertsOf(await weeklyFigures(context, now)))
    await db.transaction().execute(async (trx) => {
      const added = await trx
        .insertInto('alerts')
        .values({ id: newId(), ...alert, raisedAt: now, deliveredAt: null, closedAt: null, closedBy: null })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst()
      if (added === undefined) return
      raised += 1
      const details = { kind: alert.kind, modelId: alert.modelId, week: alert.week }
      await appendAudit(trx, { actor: 'server', action: 'alert.raised', subject: `alert:${added.id}`, details })
    })
  const webhook = process.env['SPIRA_ALERT_WEBHOOK']
  if (webhook !== undefined && webhook !== '')
    await deliver(context, webhook).catch((error: unknown) => log.warn({ err: error }, 'alert webhook'))
  return raised
}

/** One request an alert, the oldest first; what is not answered with success is told again within the hour. */
async function deliver({ db }: Pick<ServerContext, 'db'>, webhook: string): Promise<void> {
  const waiting = await db
    .selectFrom('alerts')
    .selectAll()
    .where('deliveredAt', 'is', null)
    .orderBy('raisedAt')
    .execute()
  for (const { id, kind, modelId, siteId, week, sentence, raisedAt } of waiting) {
    const reply = await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, kind, modelId, siteId, week, text: sentence, raisedAt }),
      signal: AbortSignal.timeout(10_000),
    })
    if (!reply.ok) throw new Error(`${new URL(webhook).host} answered ${reply.status}`)
    await db.updateTable('alerts').set({ deliveredAt: new Date() }).where('id', '=', id).execute()
  }
}
