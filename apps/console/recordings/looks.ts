import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import type { CurationState } from '@spira/shared/protocol/recordingFilters.ts'
import type { Label } from '@spira/shared/protocol/records.ts'
import type { Tone } from '@spira/shared/ui/ToneBadge.tsx'
import {
  IconAlertTriangle,
  IconArrowsSplit2,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleMinus,
  IconHelpCircle,
  IconStethoscope,
  IconThumbDown,
  type Icon,
} from '@tabler/icons-react'

type Look = { readonly tone: Tone; readonly icon: Icon }

export const QUALITY_LOOK: Readonly<Record<QualityReport['verdict'], Look>> = {
  good: { tone: 'good', icon: IconCircleCheck },
  fair: { tone: 'warn', icon: IconAlertTriangle },
  unusable: { tone: 'alarm', icon: IconBan },
}

export const LABEL_LOOK: Readonly<Record<Label['value'], Look>> = {
  present: { tone: 'alarm', icon: IconStethoscope },
  absent: { tone: 'calm', icon: IconCircleMinus },
  unknown: { tone: 'plain', icon: IconHelpCircle },
}

export const CURATION_LOOK: Readonly<Record<CurationState, Look>> = {
  open: { tone: 'plain', icon: IconCircleDashed },
  approved: { tone: 'good', icon: IconCircleCheck },
  rejected: { tone: 'alarm', icon: IconThumbDown },
  disputed: { tone: 'unsure', icon: IconArrowsSplit2 },
}
