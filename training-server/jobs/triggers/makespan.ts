import { keyOf, type PlannedStage } from '../stages/plan.ts'

/**
 * How long a plan takes with so many workers, each at one job at a time: whoever is free takes the first job in the plan's order whose
 * needs are done, as the queue gives them out.
 *
 * @param secondsOf of one job alone. @returns seconds from the first job's beginning to the last one's end.
 */
export function makespan(
  plan: readonly PlannedStage[],
  secondsOf: (job: PlannedStage) => number,
  workers: number,
): number {
  const endOf = new Map<string, number>()
  const free = Array.from({ length: Math.max(1, workers) }, () => 0)
  const left = [...plan]
  while (left.length > 0) {
    const ready = left.flatMap((job) => {
      const ends = job.needs.map((need) => endOf.get(need))
      return ends.includes(undefined) ? [] : [{ job, from: Math.max(0, ...ends.map((end) => end ?? 0)) }]
    })
    // The worker that is free first takes what can begin first.
    const worker = free.indexOf(Math.min(...free))
    const now = free[worker] ?? 0
    const next = ready.toSorted((one, other) => Math.max(one.from, now) - Math.max(other.from, now))[0]
    if (next === undefined) throw new RangeError('A stage needs one that the plan does not have.')
    const end = Math.max(next.from, now) + secondsOf(next.job)
    endOf.set(keyOf(next.job), end)
    free[worker] = end
    left.splice(left.indexOf(next.job), 1)
  }
  return Math.max(0, ...endOf.values())
}
