import { rolloutRequestSchema } from '@spira/shared/protocol/rollouts.ts'

/** For tests and measurements that go on from a champion: every device at once, watched for no time. */
export const WITHOUT_SOAK = rolloutRequestSchema.parse({ stages: [{ sharePermille: 1000, soakHours: 0 }] })
