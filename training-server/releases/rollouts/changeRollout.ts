import type { Transaction } from 'kysely'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { appendAudit } from '../../audit/auditLog.ts'
import type { Database } from '../../db/schema.ts'
import { decisionOn } from '../../models/gate.ts'
import { lockModels } from '../../models/registry.ts'
import type { ServerContext } from '../../server/context.ts'
import { publishRollouts } from '../repository.ts'
import { complete, hasSoaked, isThrough, type RolloutRow } from './progress.ts'

type Trx = Transaction<Database>
type Releases = Pick<ServerContext, 'db' | 'folders'>

/** Who changes it: an account, or the server itself when a rollout pauses or goes on by itself. */
export interface Change {
  readonly actor: string
  readonly reason: string
}

/** Nobody else takes the release until `resume`; who has it keeps it. */
export const pauseRollout = (context: Releases, id: string, change: Change): Promise<void> =>
  changing(context, id, 'paused', change, async (trx, rollout) => {
    expectState(rollout, ['running'], 'to pause it')
    await set(trx, id, { state: 'paused', reason: change.reason })
  })

/** Goes on with the stage it was in, watched anew from now on. */
export const resumeRollout = (context: Releases, id: string, change: Change): Promise<void> =>
  changing(context, id, 'resumed', change, async (trx, rollout) => {
    expectState(rollout, ['paused'], 'to resume it')
    await set(trx, id, { state: 'running', reason: null, stageSince: new Date() })
  })

/**
 * Takes the release back: devices that have it return to the version before, by themselves. The model retires; when it was the
 * champion, the one before is champion again.
 */
export const withdrawRollout = (context: Releases, id: string, change: Change): Promise<void> =>
  changing(context, id, 'withdrawn', change, async (trx, rollout) => {
    expectState(rollout, ['running', 'paused', 'completed', 'awaiting-signature'], 'to take it back')
    const now = new Date()
    await set(trx, id, { state: 'withdrawn', reason: change.reason, endedAt: now })
    await trx.updateTable('modelVersions').set({ status: 'retired' }).where('modelId', '=', rollout.modelId).execute()
    const before = await trx
      .selectFrom('rollouts')
      .select('modelId')
      .where('state', '=', 'completed')
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (before === undefined) return
    await trx
      .updateTable('modelVersions')
      .set({ status: 'champion' })
      .where('modelId', '=', before.modelId)
      .where('status', '!=', 'challenger')
      .execute()
  })

/** On to the next stage, or to the end of the last one: by a person before its time, or by the server when it has come. */
export const advanceRollout = (context: Releases, id: string, change: Change): Promise<void> =>
  changing(context, id, 'advanced', change, async (trx, rollout) => {
    expectState(rollout, ['running'], 'to advance it')
    const now = new Date()
    if (rollout.stage < rollout.stages.length - 1) {
      await set(trx, id, { stage: rollout.stage + 1, stageSince: now })
      const next = await rolloutOf(trx, id)
      if (isThrough(next, now)) await complete(trx, next, now)
      return
    }
    if (rollout.mode === 'shadow') throw notPossible(rollout, 'to advance a shadow')
    // The last stage of a part of the fleet: from now on for everyone.
    if (rollout.channelId !== null) {
      await set(trx, id, { channelId: null, stage: 0, stageSince: now })
      const everywhere = await rolloutOf(trx, id)
      if (isThrough(everywhere, now)) await complete(trx, everywhere, now)
      return
    }
    if (rollout.stages[rollout.stage]?.sharePermille === 1000) await complete(trx, rollout, now)
    else {
      const stages = [...rollout.stages, { sharePermille: 1000, soakHours: rollout.stages.at(-1)?.soakHours ?? 0 }]
      await set(trx, id, { stages: JSON.stringify(stages), stage: rollout.stage + 1, stageSince: now })
    }
  })

/**
 * A challenger that scored silently begins to score for people, from its first stage on: where it was compared, at its gate, with whom it
 * would take the place of.
 *
 * @throws SpiraError rollout_not_possible, shadow_outdated
 */
export const promoteShadow = (context: Releases, id: string, change: Change): Promise<void> =>
  changing(context, id, 'promoted', change, async (trx, rollout) => {
    expectState(rollout, ['running', 'paused'], 'to promote it')
    if (rollout.mode !== 'shadow') throw notPossible(rollout, 'to promote what scores already')
    const { standing } = await decisionOn(trx, rollout.modelId)
    if (standing === 'other-champion' || standing === 'other-release') throw new SpiraError('shadow_outdated')
    const now = new Date()
    await set(trx, id, { mode: 'active', state: 'running', stage: 0, stageSince: now, reason: null })
    const active = await rolloutOf(trx, id)
    if (isThrough(active, now)) await complete(trx, active, now)
  })

/** Whether the server would advance it by itself now. */
export const isDue = (rollout: RolloutRow, now: Date): boolean =>
  rollout.state === 'running' &&
  hasSoaked(rollout, now) &&
  (rollout.stage < rollout.stages.length - 1 || isThrough(rollout, now))

async function changing(
  context: Releases,
  id: string,
  action: string,
  { actor, reason }: Change,
  work: (trx: Trx, rollout: RolloutRow) => Promise<void>,
): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    await lockModels(trx)
    const rollout = await rolloutOf(trx, id)
    await work(trx, rollout)
    await publishRollouts(context, trx)
    await appendAudit(trx, {
      actor,
      action: `rollout.${action}`,
      subject: `model:${rollout.modelId}`,
      details: { sequence: rollout.sequence, reason },
    })
  })
}

async function rolloutOf(trx: Trx, id: string): Promise<RolloutRow> {
  const rollout = await trx.selectFrom('rollouts').selectAll().where('id', '=', id).executeTakeFirst()
  if (rollout === undefined) throw new SpiraError('not_found')
  return rollout
}

async function set(
  trx: Trx,
  id: string,
  columns: Partial<{
    state: RolloutRow['state']
    mode: RolloutRow['mode']
    reason: string | null
    stage: number
    stages: string
    stageSince: Date
    endedAt: Date
    channelId: null
  }>,
): Promise<void> {
  await trx.updateTable('rollouts').set(columns).where('id', '=', id).execute()
}

function expectState(rollout: RolloutRow, states: readonly RolloutRow['state'][], what: string): void {
  if (!states.includes(rollout.state)) throw notPossible(rollout, what)
}

const notPossible = ({ state }: RolloutRow, what: string): SpiraError =>
  new SpiraError('rollout_not_possible', { state, what })
