import type { Label } from '@spira/shared/protocol/records.ts'
import type { Tone } from '@spira/shared/ui/ToneBadge.tsx'
import { IconCircleMinus, IconCirclePlus, IconHelpCircle, type Icon } from '@tabler/icons-react'

/** Words: `label.<value>`. */
export const LABEL_ICONS: Readonly<Record<Label['value'], { tone: Tone; icon: Icon }>> = {
  present: { tone: 'plain', icon: IconCirclePlus },
  absent: { tone: 'plain', icon: IconCircleMinus },
  unknown: { tone: 'plain', icon: IconHelpCircle },
}
