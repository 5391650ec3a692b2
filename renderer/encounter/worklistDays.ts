import type { EncounterSummary } from '../bedside/bedside.ts'

/** The encounters of the calendar day of `now`, where this device is, and those before; newest first. */
export function byDay(
  worklist: readonly EncounterSummary[],
  now: Date,
): { today: EncounterSummary[]; earlier: EncounterSummary[] } {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
  const newestFirst = worklist.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))
  const isToday = ({ startedAt }: EncounterSummary) => Date.parse(startedAt) >= midnight
  return { today: newestFirst.filter(isToday), earlier: newestFirst.filter((encounter) => !isToday(encounter)) }
}
