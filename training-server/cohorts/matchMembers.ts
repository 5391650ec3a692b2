import type { Matching } from '@spira/shared/protocol/cohortApi.ts'
import type { CohortMember } from './confounders.ts'

/**
 * One to one, without replacement: each member of the smaller class, in the order of the ids, takes the nearest of the other class that is
 * the same in `exact` and within the calipers; who finds nobody is left out. The same members give the same pairs.
 */
export function matchMembers(members: readonly CohortMember[], matching: Matching): CohortMember[] {
  const ordered = members.toSorted((a, b) => (a.participantId < b.participantId ? -1 : 1))
  const present = ordered.filter(({ label }) => label === 'present')
  const absent = ordered.filter(({ label }) => label === 'absent')
  const [few, many] = present.length <= absent.length ? [present, absent] : [absent, present]
  const free = new Set(many)
  const strata = Map.groupBy(many, (member) => stratum(member, matching))
  const kept: CohortMember[] = []
  for (const member of few) {
    let best: { member: CohortMember; distance: number } | null = null
    for (const other of strata.get(stratum(member, matching)) ?? []) {
      if (!free.has(other) || other.participantId === member.participantId) continue
      const distance = distanceOf(member, other, matching)
      if (distance !== null && (best === null || distance < best.distance)) best = { member: other, distance }
    }
    if (best === null) continue
    free.delete(best.member)
    kept.push(member, best.member)
  }
  return kept
}

const stratum = (member: CohortMember, { exact }: Matching): string =>
  JSON.stringify(exact.map((name) => member[name] ?? null))

/** Sum of the differences in units of their calipers; null beyond one, or where a value is missing. */
function distanceOf(a: CohortMember, b: CohortMember, { ageYears, noiseDb }: Matching): number | null {
  let sum = 0
  for (const [name, caliper] of [
    ['age', ageYears],
    ['noise', noiseDb],
  ] as const) {
    if (caliper === undefined) continue
    const [x, y] = [a[name], b[name]]
    if (x === null || y === null || Math.abs(x - y) > caliper) return null
    sum += Math.abs(x - y) / Math.max(caliper, 1e-9)
  }
  return sum
}
