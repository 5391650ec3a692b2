import type { Rollout } from '@spira/shared/protocol/rollouts.ts'
import type { Tone } from '@spira/shared/ui/ToneBadge.tsx'
import {
  IconCircleCheck,
  IconPlayerPause,
  IconPlayerPlay,
  IconSignature,
  IconArrowBackUp,
  type Icon,
} from '@tabler/icons-react'

export const ROLLOUT_LOOK: Readonly<Record<Rollout['state'], { readonly tone: Tone; readonly icon: Icon }>> = {
  'awaiting-signature': { tone: 'unsure', icon: IconSignature },
  running: { tone: 'calm', icon: IconPlayerPlay },
  paused: { tone: 'warn', icon: IconPlayerPause },
  completed: { tone: 'good', icon: IconCircleCheck },
  withdrawn: { tone: 'plain', icon: IconArrowBackUp },
}
