import type { GateCriterion } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../../server/context.ts'
import { judge } from './judge.ts'
import { measure, type ToMeasure } from './measure.ts'
import { GATE_PLAN, GATE_PLAN_HASH, type GatePlan } from './plan.ts'

/** What the plan in force says of a candidate; the plan itself lies with it. */
export interface GateDecision {
  readonly plan: GatePlan
  readonly planHash: string
  readonly championVersion: number | null
  readonly criteria: readonly GateCriterion[]
  readonly passed: boolean
}

/** Holds a candidate to the plan in force. */
export async function decide(
  context: Pick<ServerContext, 'db' | 'blobs'>,
  candidate: ToMeasure,
): Promise<GateDecision> {
  const measured = await measure(context, candidate, GATE_PLAN)
  const criteria = judge(GATE_PLAN, measured)
  return {
    plan: GATE_PLAN,
    planHash: GATE_PLAN_HASH,
    championVersion: measured.champion?.version ?? null,
    criteria,
    passed: criteria.every(({ passed }) => passed),
  }
}

/** Keeps the first decision about a model: what decided is not decided again. */
export async function keepDecision(
  db: ServerContext['db'],
  modelId: string,
  { plan, planHash, championVersion, criteria, passed }: GateDecision,
): Promise<void> {
  await db
    .insertInto('gateDecisions')
    .values({
      modelId,
      planVersion: plan.version,
      planHash,
      plan: JSON.stringify(plan),
      championVersion,
      criteria: JSON.stringify(criteria),
      passed,
      decidedAt: new Date(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
