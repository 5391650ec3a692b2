import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { Link } from '@tanstack/react-router'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { useAppText } from '../app/useAppText.ts'
import styles from './SyncBadge.module.css'
import { BADGE_LOOK, badgeStateOf } from './syncLook.ts'

/** How the whole device stands with the server, on every view; leads to the particulars. */
export function SyncBadge() {
  const text = useAppText()
  const sync = useLive(useBedside().sync.state)
  const state = badgeStateOf(sync)
  const left = sync.waiting + sync.sending
  return (
    <Link to="/sync" className={styles.link}>
      <ToneBadge
        {...BADGE_LOOK[state]}
        aria-live="polite"
        data-testid="sync-state"
        data-phase={sync.phase}
        data-waiting={sync.waiting}
        data-sending={sync.sending}
        data-synced={sync.synced}
        data-attention={sync.attention.length}
      >
        {text(`sync.badge.${state}`, { count: state === 'attention' ? sync.attention.length : left })}
      </ToneBadge>
    </Link>
  )
}
