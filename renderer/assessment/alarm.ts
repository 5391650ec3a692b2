import type { Take } from '../bedside/bedside.ts'

const ALARM = { positive: 3, uncertain: 2, negative: 1 } as const

const alarmOf = ({ outcome }: Take): number =>
  outcome.status === 'scored' ? ALARM[outcome.assessment.decision] : outcome.status === 'refused' ? 0 : -1

/** The takes that count, the most alarming first and then the newest: a triage aid must not let a calmer take hide another. */
export const byAlarm = (takes: readonly Take[]): readonly Take[] =>
  takes
    .filter(({ state }) => state !== 'rejected')
    .toSorted((a, b) => alarmOf(b) - alarmOf(a) || b.startedAt.localeCompare(a.startedAt))
