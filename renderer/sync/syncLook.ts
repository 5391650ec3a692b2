import type { Tone } from '@spira/shared/ui/ToneBadge.tsx'
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCloudOff,
  IconCloudUp,
  IconDeviceFloppy,
  IconHourglass,
  IconShieldQuestion,
  IconWifiOff,
  type Icon,
} from '@tabler/icons-react'
import type { EncounterSync, SyncState } from '../bedside/bedside.ts'

interface Look {
  readonly tone: Tone
  readonly icon: Icon
}

/** Words: `sync.encounter.<state>`. Only a receipt makes it `synced`, and only that looks settled. */
export const ENCOUNTER_SYNC_LOOK: Readonly<Record<EncounterSync, Look>> = {
  local: { tone: 'plain', icon: IconDeviceFloppy },
  waiting: { tone: 'plain', icon: IconHourglass },
  sending: { tone: 'plain', icon: IconCloudUp },
  synced: { tone: 'good', icon: IconCircleCheck },
  attention: { tone: 'warn', icon: IconAlertTriangle },
}

export type BadgeState = SyncState['phase'] | 'waiting' | 'empty'

/** What the badge says: an idle device with items left is waiting, and one that never had any has nothing to boast of. */
export function badgeStateOf({ phase, waiting, sending, synced }: SyncState): BadgeState {
  if (phase !== 'idle') return phase
  if (waiting + sending > 0) return 'waiting'
  return synced > 0 ? 'idle' : 'empty'
}

/** Words: `sync.badge.<state>` and `sync.phase.<state>`. */
export const BADGE_LOOK: Readonly<Record<BadgeState, Look>> = {
  idle: { tone: 'good', icon: IconCircleCheck },
  empty: { tone: 'plain', icon: IconCircleCheck },
  waiting: { tone: 'plain', icon: IconHourglass },
  sending: { tone: 'plain', icon: IconCloudUp },
  unreachable: { tone: 'plain', icon: IconCloudOff },
  'not-the-server': { tone: 'warn', icon: IconShieldQuestion },
  held: { tone: 'plain', icon: IconWifiOff },
  attention: { tone: 'warn', icon: IconAlertTriangle },
}

/** Reasons with a sentence of their own (`sync.why.<code>`); any other is shown with its code. */
const EXPLAINED = [
  'local_data_damaged',
  'audio_at_server_alone',
  'participant_of_other_site',
  'record_conflict',
  'audio_conflict',
  'hash_mismatch',
  'reference_unknown',
  'refusal_unknown',
  'internal',
] as const

export const isExplained = (reason: string): reason is (typeof EXPLAINED)[number] =>
  EXPLAINED.some((known) => known === reason)
