import type { TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import type { Tone } from '@spira/shared/ui/ToneBadge.tsx'
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconClockHour4,
  IconLoader2,
  type Icon,
} from '@tabler/icons-react'

export const RUN_LOOK: Readonly<Record<TrainingRun['status'], { readonly tone: Tone; readonly icon: Icon }>> = {
  queued: { tone: 'plain', icon: IconClockHour4 },
  running: { tone: 'calm', icon: IconLoader2 },
  succeeded: { tone: 'good', icon: IconCircleCheck },
  failed: { tone: 'alarm', icon: IconAlertTriangle },
  cancelled: { tone: 'plain', icon: IconBan },
}
