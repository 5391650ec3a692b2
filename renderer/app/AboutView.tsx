import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconCheck, IconMinus } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { version } from '../package.json'
import type { ShellAbout, ShellUpdate } from '../shell/bridge.ts'
import { shellBridge } from '../shell/shellBridge.ts'
import styles from './AboutView.module.css'
import { DiagnosticsButton } from './DiagnosticsButton.tsx'
import { Facts } from './Facts.tsx'
import { Card, Page } from './Page.tsx'
import { useAppText } from './useAppText.ts'

/** What needs the operating system, and so the desktop app. Everything else is the same in both. */
const DESKTOP_ONLY = ['copy', 'key', 'awake', 'policy', 'network', 'dialogs', 'update'] as const

/** In which form the app runs here, what this form has and has not, and what IT needs when it is asked for help. */
export function AboutView() {
  const text = useAppText()
  const shell = useShell()
  const form = shell === null ? webForm() : 'desktop'
  const isDesktop = form === 'desktop'
  return (
    <Page title={text('about.title')} width="narrow">
      <Card>
        <Facts
          facts={[
            [text('about.version'), version],
            [
              text('about.form'),
              <span key="form" data-testid="app-form">
                {text(`about.form.${form}`)}
              </span>,
            ],
            ...(shell === null || shell.about === null
              ? []
              : ([
                  [text('about.server'), shell.about.serverUrl ?? text('about.notSet')],
                  [text('about.site'), shell.about.site ?? text('about.notSet')],
                ] as const)),
            ...(shell === null
              ? []
              : ([[text('about.update'), <UpdateWords key="update" {...shell.update} />]] as const)),
          ]}
        />
      </Card>
      <Card label={text('about.desktop.title')}>
        <h2>{text('about.desktop.title')}</h2>
        <p>{text(isDesktop ? 'about.desktop.here' : 'about.desktop.notHere')}</p>
        <ul className={styles.list}>
          {DESKTOP_ONLY.map((thing) => (
            <li key={thing} className={styles.thing} data-testid={`desktop-only-${thing}`}>
              <ToneBadge tone={isDesktop ? 'good' : 'plain'} icon={isDesktop ? IconCheck : IconMinus}>
                {text(isDesktop ? 'about.has' : 'about.hasNot')}
              </ToneBadge>
              <div>
                <p className={styles.name}>{text(`about.desktop.${thing}`)}</p>
                {!isDesktop && <p className={styles.instead}>{text(`about.desktop.${thing}.web`)}</p>}
              </div>
            </li>
          ))}
        </ul>
      </Card>
      <Card label={text('about.diagnostics.title')}>
        <h2>{text('about.diagnostics.title')}</h2>
        <p>{text(isDesktop ? 'about.diagnostics.words' : 'about.diagnostics.webWords')}</p>
        <div>
          <DiagnosticsButton />
        </div>
      </Card>
    </Page>
  )
}

function UpdateWords(update: ShellUpdate) {
  const text = useAppText()
  if (update.kind === 'off') return text(`about.update.off.${update.reason}`)
  if (update.kind === 'failed') return text(`about.update.failed.${update.reason}`)
  return update.kind === 'ready'
    ? text('about.update.ready', { version: update.version })
    : text(`about.update.${update.kind}`)
}

/** Installed as an app of its own, or a page in a browser's tab. */
const webForm = (): 'installed' | 'browser' =>
  matchMedia('(display-mode: standalone), (display-mode: window-controls-overlay)').matches ? 'installed' : 'browser'

interface ShellSeen {
  readonly about: ShellAbout | null
  readonly update: ShellUpdate
}

/** The desktop app around this page; null on the web. */
function useShell(): ShellSeen | null {
  const [bridge] = useState(shellBridge)
  const [seen, setSeen] = useState<ShellSeen>({ about: null, update: { kind: 'unknown' } })
  useEffect(() => {
    if (bridge === null) return
    Promise.all([bridge.about(), bridge.updateState()]).then(
      ([about, update]) =>
        setSeen({ about: about.ok ? about.value : null, update: update.ok ? update.value : { kind: 'unknown' } }),
      () => undefined,
    )
  }, [bridge])
  return bridge === null ? null : seen
}
