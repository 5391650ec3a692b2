import { IconArrowsMoveHorizontal, IconBell, IconCircleMinus, type Icon } from '@tabler/icons-react'
import type { Assessment } from '../protocol/records.ts'
import type { Tone } from './ToneBadge.tsx'

/** How each decision looks, everywhere: its words are `decision.<decision>` and `decision.short.<decision>`. */
export const DECISION_LOOK: Readonly<Record<Assessment['decision'], { tone: Tone; icon: Icon }>> = {
  positive: { tone: 'alarm', icon: IconBell },
  negative: { tone: 'calm', icon: IconCircleMinus },
  uncertain: { tone: 'unsure', icon: IconArrowsMoveHorizontal },
}
