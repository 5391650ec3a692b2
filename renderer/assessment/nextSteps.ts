import type { Assessment } from '@spira/shared/protocol/records.ts'

/** What to do next, by decision: messages `next.<decision>.<n>`, in the order of doing. */
export const NEXT_STEPS = {
  positive: ['next.positive.1', 'next.positive.2', 'next.positive.3'],
  negative: ['next.negative.1', 'next.negative.2'],
  uncertain: ['next.uncertain.1', 'next.uncertain.2'],
} as const satisfies Record<Assessment['decision'], readonly string[]>
