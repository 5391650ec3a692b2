import { Button } from '@mantine/core'
import type { Channel } from '@spira/shared/protocol/rollouts.ts'
import { IconUsersGroup } from '@tabler/icons-react'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { useDevices } from '../devices/devices.ts'
import { useSites } from '../devices/SitesPart.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Section } from '../frame/Section.tsx'
import { ChannelDialog } from './ChannelDialog.tsx'
import { useChannels } from './channels.ts'
import styles from './ChannelsPart.module.css'

/** The parts of the fleet that a release can be for, and who is in each. */
export function ChannelsPart({ mayChange }: { readonly mayChange: boolean }) {
  const text = useText()
  const channels = useChannels()
  const sites = useSites()
  const devices = useDevices()
  const [open, setOpen] = useState<Channel | 'new' | null>(null)
  const names = new Map([
    ...(sites.data ?? []).map(({ id, name }) => [id, name] as const),
    ...(devices.data ?? []).map(({ id, name }) => [id, name] as const),
  ])
  return (
    <Section
      title={text('channels.title')}
      explanation={text('channels.explanation')}
      actions={
        mayChange && (
          <Button
            variant="default"
            onClick={() => setOpen('new')}
            leftSection={<IconUsersGroup size={20} stroke={1.8} aria-hidden />}
            data-testid="channel-open"
          >
            {text('channels.open')}
          </Button>
        )
      }
    >
      {channels.error !== null && <Failure error={channels.error} onRetry={() => void channels.refetch()} />}
      {channels.data?.length === 0 && <p className={styles.none}>{text('channels.none')}</p>}
      {channels.data !== undefined && channels.data.length > 0 && (
        <ul className={styles.channels}>
          {channels.data.map((channel) => (
            <li key={channel.id} data-testid="channel-row">
              <div>
                <strong>{channel.name}</strong>
                <span>
                  {[...channel.siteIds, ...channel.deviceIds].map((id) => names.get(id) ?? '…').join(' · ') ||
                    text('channels.nobody')}
                </span>
              </div>
              {mayChange && (
                <Button
                  variant="subtle"
                  onClick={() => setOpen(channel)}
                  aria-label={text('channels.changeOf', { name: channel.name })}
                  data-testid="channel-change"
                >
                  {text('channels.change')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {open !== null && (
        <ChannelDialog
          channel={open === 'new' ? null : open}
          sites={(sites.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          devices={(devices.data ?? [])
            .filter(({ id, revokedAt }) => revokedAt === null || (open !== 'new' && open.deviceIds.includes(id)))
            .map(({ id, name, siteName }) => ({ value: id, label: `${name} (${siteName})` }))}
          onClose={() => setOpen(null)}
        />
      )}
    </Section>
  )
}
