import type { ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import type { Tone } from '@spira/shared/ui/ToneBadge.tsx'
import { IconArchive, IconCrown, IconHourglass, IconRocket, type Icon } from '@tabler/icons-react'

export const MODEL_LOOK: Readonly<Record<ModelVersion['status'], { readonly tone: Tone; readonly icon: Icon }>> = {
  candidate: { tone: 'unsure', icon: IconHourglass },
  challenger: { tone: 'unsure', icon: IconRocket },
  champion: { tone: 'good', icon: IconCrown },
  retired: { tone: 'plain', icon: IconArchive },
}
