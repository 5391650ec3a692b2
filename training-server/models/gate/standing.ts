import type { ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../../server/context.ts'
import { GATE_PLAN, GATE_PLAN_HASH } from './plan.ts'

/** What a candidate is judged by now. */
export interface InForce {
  readonly plan: { readonly version: number; readonly hash: string }
  readonly championVersion: number | null
}

/** What was decided of a candidate, and by what. */
export interface Decided {
  readonly planVersion: number
  readonly planHash: string
  readonly championVersion: number | null
}

type Standing = NonNullable<ModelVersion['gateStanding']>

/** The plan that is deployed, and the champion of this moment. */
export async function inForce(db: ServerContext['db']): Promise<InForce> {
  const champion = await db
    .selectFrom('modelVersions')
    .select('version')
    .where('status', '=', 'champion')
    .executeTakeFirst()
  return {
    plan: { version: GATE_PLAN.version, hash: GATE_PLAN_HASH },
    championVersion: champion?.version ?? null,
  }
}

/** Whether a decision still says what the gate would say: it was made by the plan and beside the champion in force. */
export function standingOf(decided: Decided | undefined, now: InForce): Standing {
  if (decided === undefined) return 'undecided'
  if (decided.planHash !== now.plan.hash) return 'other-plan'
  return decided.championVersion === now.championVersion ? 'in-force' : 'other-champion'
}

const championNamed = (version: number | null): string => (version === null ? 'no champion' : `champion ${version}`)

/** Why a decision cannot be approved on, and what to do; null where it can. */
export function standingSentence(decided: Decided | undefined, now: InForce): string | null {
  switch (standingOf(decided, now)) {
    case 'in-force':
      return null
    case 'undecided':
      return 'the gate has not judged it: have it judged, then approve'
    case 'other-plan':
      return `it was judged by plan ${decided?.planVersion} (${decided?.planHash.slice(0, 12)}), and plan ${now.plan.version} (${now.plan.hash.slice(0, 12)}) is in force: have it judged again, then approve`
    case 'other-champion':
      return `it was judged beside ${championNamed(decided?.championVersion ?? null)}, and there is ${championNamed(now.championVersion)} now: have it judged again, then approve`
  }
}
