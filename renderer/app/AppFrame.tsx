import { useMediaQuery } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { ColorSchemeSwitch } from '@spira/shared/ui/ColorSchemeSwitch.tsx'
import { LanguageSwitch } from '@spira/shared/ui/LanguageSwitch.tsx'
import type { ReactNode } from 'react'
import { ModelBadge } from '../models/ModelBadge.tsx'
import { SyncBadge } from '../sync/SyncBadge.tsx'
import styles from './AppFrame.module.css'
import { useBedside, useLive } from './BedsideContext.tsx'
import { Mark } from './Mark.tsx'
import { useAppText } from './useAppText.ts'

/** Header, the view, and what holds for every view: sync, model version, intended use. */
export function AppFrame({ children }: { children: ReactNode }) {
  const text = useAppText()
  const device = useLive(useBedside().device.state)
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
          {!narrow && switches}
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        {children}
      </main>
      <footer className={styles.footer}>
        <span>{text('intendedUse.not-a-diagnosis')}</span>
        <div className={styles.about}>
          {enrolled && <ModelBadge />}
          <Link to="/about" className={styles.help} data-testid="about-link">
            {text('about.link')}
          </Link>
        </div>
        {narrow && switches}
      </footer>
    </div>
  )
}
