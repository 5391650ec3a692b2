import { SegmentedControl } from '@mantine/core'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import styles from './SyncView.module.css'
import { knowsNetwork, networkKind, type SyncSettings } from './syncSettings.ts'

/** Kilobytes a second; a minute of sound has about 1,900. */
const LIMITS_KB = [null, 256, 64, 16] as const
const NETWORKS = ['any', 'not-mobile', 'this'] as const

/** How sending may use the network, and what this browser can know of it. */
export function SyncSettingsCard() {
  const text = useAppText()
  const { sync } = useBedside()
  const settings = useLive(sync.settings)
  const change = useAction((next: SyncSettings) => sync.changeSettings(next))
  return (
    <Card label={text('sync.settings')}>
      <h2>{text('sync.settings')}</h2>
      <FailurePanel error={change.error} />
      <div className={styles.setting}>
        <span id="sync-limit">{text('sync.limit')}</span>
        <SegmentedControl
          fullWidth
          classNames={{ label: styles.choice }}
          aria-labelledby="sync-limit"
          value={String(settings.bytesPerSecond === null ? 0 : settings.bytesPerSecond / 1000)}
          onChange={(kilobytes) => change.run({ ...settings, bytesPerSecond: Number(kilobytes) * 1000 || null })}
          data={LIMITS_KB.map((count) => ({
            value: String(count ?? 0),
            label: count === null ? text('sync.limit.none') : text('sync.limit.kilobytes', { count }),
          }))}
        />
      </div>
      <div className={styles.setting}>
        <span id="sync-network">{text('sync.network')}</span>
        <SegmentedControl
          fullWidth
          classNames={{ label: styles.choice }}
          aria-labelledby="sync-network"
          value={settings.network}
          onChange={(network) =>
            change.run({ ...settings, network: NETWORKS.find((known) => known === network) ?? 'any' })
          }
          data={NETWORKS.map((network) => ({ value: network, label: text(`sync.network.${network}`) }))}
        />
        <p className={styles.note}>
          {text(
            settings.network === 'this'
              ? 'sync.network.thisNote'
              : knowsNetwork(networkKind())
                ? 'sync.network.known'
                : 'sync.network.unknown',
          )}
        </p>
      </div>
    </Card>
  )
}
