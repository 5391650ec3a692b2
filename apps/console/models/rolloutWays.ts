import { rolloutRequestSchema, type RolloutRequest } from '@spira/shared/protocol/rollouts.ts'
import { z } from 'zod'

/** How an approved model reaches the devices: the three ways that need no thought, the most careful with patients first. */
export const waySchema = z.enum(['steps', 'all', 'shadow'])
export type RolloutWay = z.infer<typeof waySchema>

const STEPS = [
  { sharePermille: 50, soakHours: 24 },
  { sharePermille: 250, soakHours: 24 },
  { sharePermille: 1000, soakHours: 24 },
]

export const ROLLOUT_WAYS: Readonly<Record<RolloutWay, RolloutRequest>> = {
  all: rolloutRequestSchema.parse({}),
  steps: rolloutRequestSchema.parse({ stages: STEPS }),
  shadow: rolloutRequestSchema.parse({ mode: 'shadow' }),
}
