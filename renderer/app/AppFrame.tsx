import { ActionIcon } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { ColorSchemeSwitch } from '@spira/shared/ui/ColorSchemeSwitch.tsx'
import { LanguageSwitch } from '@spira/shared/ui/LanguageSwitch.tsx'
import { TOUCH_TARGET } from '@spira/shared/ui/theme.ts'
import { IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { OutOfContactNotice } from '../device/OutOfContactNotice.tsx'
import { ModelBadge } from '../models/ModelBadge.tsx'
import { SyncBadge } from '../sync/SyncBadge.tsx'
import styles from './AppFrame.module.css'
import { useBedside, useLive } from './BedsideContext.tsx'
import { Mark } from './Mark.tsx'
import { useAppText } from './useAppText.ts'

/** Header, the view, and what holds for every view: sync, model version, intended use. */
export function AppFrame({ children }: { children: ReactNode }) {
  const text = useAppText()
  const bedside = useBedside()
  const device = useLive(bedside.device.state)
  const lock = useLive(bedside.lock.state)
  const outOfContact = useLive(bedside.outOfContact)
  // Where the header has no room for them, the switches lie in the footer.
  const narrow = useMediaQuery('(max-width: 40rem)', false, { getInitialValueInEffect: false })
  const switches = (
    <div className={styles.tools}>
      <div className={styles.language}>
        <LanguageSwitch />
      </div>
      <ColorSchemeSwitch />
    </div>
  )
  const enrolled = device.status === 'enrolled'
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#main">
        {text('frame.skip')}
      </a>
      <header className={styles.header}>
        <Link to="/" className={styles.home} title={text('frame.home')}>
          <Mark />
          <span className={styles.name}>Spira Edge</span>
          {enrolled && <span className={styles.site}>{device.site.name}</span>}
        </Link>
        <div className={styles.tools}>
          {enrolled && <SyncBadge />}
          {lock.status === 'chosen' && (
            <ActionIcon
              variant="subtle"
              size={TOUCH_TARGET}
              aria-label={text('frame.lock')}
              title={text('frame.lock')}
              onClick={() => bedside.lock.lockNow()}
              data-testid="frame-lock"
            >
              <IconLock size="1.375rem" stroke={1.8} aria-hidden />
            </ActionIcon>
          )}
          {!narrow && switches}
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        {outOfContact !== null && <OutOfContactNotice standing={outOfContact} />}
        {children}
      </main>
      <footer className={styles.footer}>
        <span>{text('intendedUse.not-a-diagnosis')}</span>
        <div className={styles.about}>
          {enrolled && <ModelBadge />}
          {enrolled && (
            <Link to="/device" className={styles.help} data-testid="device-link">
              {text('frame.device')}
            </Link>
          )}
          <Link to="/about" className={styles.help} data-testid="about-link">
            {text('about.link')}
          </Link>
        </div>
        {narrow && switches}
      </footer>
    </div>
  )
}
