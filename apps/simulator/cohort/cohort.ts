import type { Task } from '@spira/shared/protocol/records.ts'
import { RandomStream } from '../voice/randomStream.ts'
import { simulateSpeaker, type SimulatedRecording } from '../voice/simulateSpeaker.ts'
import type { Condition } from '../voice/speaker.ts'

export const SITES = ['site-a', 'site-b', 'site-c'] as const

export interface CohortMember {
  /** `P0000`, `P0001`, … */
  readonly participant: string
  readonly site: (typeof SITES)[number]
  readonly condition: Condition
  readonly seed: number
}

/**
 * `count` participants of whom half (rounded down) have the condition, in an order that tells nothing, over three sites.
 * The order and the sites come from `seed`; each member's own seed is derived from it.
 */
export function planCohort(count: number, seed: number): readonly CohortMember[] {
  const random = new RandomStream(`cohort/${seed}`)
  const conditions = Array.from({ length: count }, (_, i): Condition =>
    i < Math.floor(count / 2) ? 'present' : 'absent',
  )
  const shuffled = conditions
    .map((condition) => ({ condition, order: random.uniform() }))
    .sort((one, other) => one.order - other.order)
  return shuffled.map(({ condition }, i) => ({
    participant: `P${String(i).padStart(4, '0')}`,
    site: random.fork(`site/${i}`).pick(SITES),
    condition,
    seed: Math.floor(random.fork(`member/${i}`).uniform(0, 2 ** 31)),
  }))
}

/** One recording of a member, of the length drawn for it unless `seconds` is given. */
export const recordMember = (member: CohortMember, task: Task, seconds?: number): Promise<SimulatedRecording> =>
  simulateSpeaker({ seed: member.seed, condition: member.condition, task, ...(seconds !== undefined && { seconds }) })
