import type { ServerContext } from '../../server/context.ts'
import { advanceRollout, isDue, pauseRollout } from './changeRollout.ts'
import { deviceStates, failsTooOften } from './deviceStates.ts'

/**
 * One look at every running rollout: one whose devices fail too often is paused, one that has been watched long enough goes on.
 * Called often by the server, and after each report of a failure.
 */
export async function superviseRollouts(
  context: Pick<ServerContext, 'db' | 'folders' | 'log'>,
  now = new Date(),
): Promise<void> {
  const running = await context.db.selectFrom('rollouts').selectAll().where('state', '=', 'running').execute()
  for (const rollout of running) {
    const states = await deviceStates(context.db, rollout)
    if (failsTooOften(states, rollout.failureLimitPermille)) {
      const reported = states.activated + states.shadowing + states.failed
      const [worst] = states.failures
      const reason = `${states.failed} of the ${reported} devices that reported failed (${worst?.reason ?? 'unknown'})`
      context.log.warn({ rollout: rollout.id, reason }, 'rollout paused')
      await pauseRollout(context, rollout.id, { actor: 'server', reason })
    } else if (isDue(rollout, now)) {
      await advanceRollout(context, rollout.id, { actor: 'server', reason: 'watched long enough' })
    }
  }
}
