import type { KnownParticipant, Traits } from '../bedside/bedside.ts'

const YEAR_MS = 365.25 * 24 * 3600 * 1000

/**
 * Whether somebody seen before may be this person: the same initials and sex, and an age that, with the years gone by since, is the same
 * within one year. Whoever is not known in all three is like nobody.
 */
export function isAlike(
  traits: Traits,
  { participant, identity, lastStartedAt }: KnownParticipant,
  now: Date,
): boolean {
  const { sex, ageYears } = participant
  if (traits.initials === '' || identity?.initials !== traits.initials) return false
  if (sex === undefined || sex === 'unknown' || sex !== traits.sex) return false
  if (ageYears === undefined || traits.ageYears === undefined) return false
  const yearsSince = Math.floor((now.getTime() - Date.parse(lastStartedAt)) / YEAR_MS)
  return Math.abs(traits.ageYears - ageYears - yearsSince) <= 1
}
