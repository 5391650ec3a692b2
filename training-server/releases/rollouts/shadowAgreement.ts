import type { Rollout } from '@spira/shared/protocol/rollouts.ts'
import type { ServerContext } from '../../server/context.ts'

/** On how many recordings a challenger in shadow decided as the champion did, with Wilson's 95 % interval of that share. */
export async function shadowAgreement(db: ServerContext['db'], modelId: string): Promise<Rollout['agreement']> {
  const rows = await db
    .selectFrom('shadowScores')
    .select(['decision', 'championDecision'])
    .where('modelId', '=', modelId)
    .execute()
  if (rows.length === 0) return null
  const same = rows.filter(({ decision, championDecision }) => decision === championDecision).length
  const { low, high } = wilson(same, rows.length)
  return { recordings: rows.length, same, low, high }
}

/** Wilson's score interval (1927), 95 %, of `successes` in `trials`. */
export function wilson(successes: number, trials: number): { readonly low: number; readonly high: number } {
  if (trials === 0) return { low: 0, high: 1 }
  const z = 1.959963984540054
  const share = successes / trials
  const centre = share + z ** 2 / (2 * trials)
  const half = z * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2))
  const scale = 1 + z ** 2 / trials
  return { low: Math.max(0, (centre - half) / scale), high: Math.min(1, (centre + half) / scale) }
}
