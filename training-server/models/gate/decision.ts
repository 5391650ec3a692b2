import type { Transaction } from 'kysely'
import type { GateCriterion } from '@spira/shared/protocol/consoleApi.ts'
import { appendAudit } from '../../audit/auditLog.ts'
import type { Database } from '../../db/schema.ts'
import type { ServerContext } from '../../server/context.ts'
import { criterionSentence, judge } from './judge.ts'
import { measure, type ToMeasure } from './measure.ts'
import { GATE_PLAN, GATE_PLAN_HASH, type GatePlan } from './plan.ts'

/** What the plan in force says of a candidate; the plan itself lies with it. */
export interface GateDecision {
  readonly plan: Readonly<Pick<GatePlan, 'version'>>
  readonly planHash: string
  readonly championVersion: number | null
  readonly underWayVersion: number | null
  readonly criteria: readonly GateCriterion[]
  readonly passed: boolean
}

/** Holds a candidate to the plan in force. @param signal ends it before the next recording that the champion would hear. */
export async function decide(
  context: Pick<ServerContext, 'db' | 'blobs'>,
  candidate: ToMeasure,
  signal?: AbortSignal,
): Promise<GateDecision> {
  const measured = await measure(context, candidate, GATE_PLAN, signal)
  const criteria = judge(GATE_PLAN, measured)
  return {
    plan: GATE_PLAN,
    planHash: GATE_PLAN_HASH,
    championVersion: measured.champion?.version ?? null,
    underWayVersion: measured.underWay?.version ?? null,
    criteria,
    passed: criteria.every(({ passed }) => passed),
  }
}

/** Keeps what was decided of a candidate, within the transaction that registers it: there is never one that can be approved unjudged. */
export async function keepDecision(
  trx: Transaction<Database>,
  modelId: string,
  decision: GateDecision,
  decidedAt: Date,
): Promise<void> {
  await trx
    .insertInto('gateDecisions')
    .values({ modelId, ...columnsOf(decision), decidedAt })
    .execute()
}

/**
 * Puts a newer decision about a candidate in the place of the one before, which the audit log keeps. Who approved on the old one has not
 * seen the new: those approvals go.
 */
export async function replaceDecision(
  trx: Transaction<Database>,
  modelId: string,
  decision: GateDecision,
): Promise<void> {
  const before = await trx
    .selectFrom('gateDecisions')
    .select(['planVersion', 'planHash', 'championVersion', 'underWayVersion', 'passed'])
    .where('modelId', '=', modelId)
    .executeTakeFirst()
  await trx.deleteFrom('gateDecisions').where('modelId', '=', modelId).execute()
  await keepDecision(trx, modelId, decision, new Date())
  const gone = await trx.deleteFrom('approvals').where('modelId', '=', modelId).returning('approvedBy').execute()
  const { plan, planHash, championVersion, underWayVersion, criteria, passed } = decision
  await appendAudit(trx, {
    actor: 'server',
    action: 'model.judged',
    subject: `model:${modelId}`,
    details: {
      before: before ?? null,
      now: { planVersion: plan.version, planHash, championVersion, underWayVersion, passed },
      missed: criteria.filter((one) => !one.passed).map(criterionSentence),
      approvalsGone: gone.map(({ approvedBy }) => approvedBy),
    },
  })
}

const columnsOf = ({ plan, planHash, championVersion, underWayVersion, criteria, passed }: GateDecision) => ({
  planVersion: plan.version,
  planHash,
  plan: JSON.stringify(plan),
  championVersion,
  underWayVersion,
  criteria: JSON.stringify(criteria),
  passed,
})
