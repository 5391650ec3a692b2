import type { ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../../server/context.ts'
import { GATE_PLAN, GATE_PLAN_HASH } from './plan.ts'

/** What a candidate is judged by now. */
export interface InForce {
  readonly plan: { readonly version: number; readonly hash: string }
  readonly championVersion: number | null
  /** The newest release that is on its way to the devices and would be the champion next; a shadow scores for nobody. */
  readonly underWayVersion: number | null
}

/** What was decided of a candidate, and by what. */
export interface Decided {
  readonly planVersion: number
  readonly planHash: string
  readonly championVersion: number | null
  readonly underWayVersion: number | null
}

type Standing = NonNullable<ModelVersion['gateStanding']>

/** The plan that is deployed, the champion of this moment, and who is about to follow it. */
export async function inForce(db: ServerContext['db']): Promise<InForce> {
  const { champion, underWay } = await modelsInForce(db)
  return {
    plan: { version: GATE_PLAN.version, hash: GATE_PLAN_HASH },
    championVersion: champion?.version ?? null,
    underWayVersion: underWay?.version ?? null,
  }
}

/** The models that a candidate is compared with. */
export async function modelsInForce(db: ServerContext['db']) {
  const models = db
    .selectFrom('modelVersions')
    .select(['version', 'modelVersions.modelId', 'datasetVersionId', 'manifestSha256', 'onnxSha256'])
  return {
    champion: await models.where('status', '=', 'champion').executeTakeFirst(),
    underWay: await models
      .innerJoin('rollouts', 'rollouts.modelId', 'modelVersions.modelId')
      .where('rollouts.mode', '=', 'active')
      .where('rollouts.state', 'in', ['awaiting-signature', 'running', 'paused'])
      .orderBy('rollouts.sequence', 'desc')
      .limit(1)
      .executeTakeFirst(),
  }
}

/**
 * Whether a decision still says what the gate would say: it was made by the plan in force, and beside the champion and the release under
 * way of this moment. A release that was under way then and is the champion now was compared with already.
 */
export function standingOf(decided: Decided | undefined, now: InForce): Standing {
  if (decided === undefined) return 'undecided'
  if (decided.planHash !== now.plan.hash) return 'other-plan'
  const { championVersion, underWayVersion } = decided
  const compared = now.championVersion === null ? [championVersion] : [championVersion, underWayVersion]
  if (!compared.includes(now.championVersion)) return 'other-champion'
  return now.underWayVersion === null || now.underWayVersion === underWayVersion ? 'in-force' : 'other-release'
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
    case 'other-release':
      return `the release of model version ${now.underWayVersion} is under way, and it was not judged beside that one: have it judged again, then approve`
  }
}
