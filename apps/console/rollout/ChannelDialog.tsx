import { MultiSelect, TextInput } from '@mantine/core'
import type { Channel } from '@spira/shared/protocol/rollouts.ts'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import styles from '../frame/dialog.module.css'
import { useSaveChannel } from './channels.ts'

interface Choice {
  readonly value: string
  readonly label: string
}

interface ChannelDialogProps {
  /** Null: a new one. */
  readonly channel: Channel | null
  readonly sites: readonly Choice[]
  readonly devices: readonly Choice[]
  readonly onClose: () => void
}

/** What a channel is called and who is in it: whole sites, and devices of others. */
export function ChannelDialog({ channel, sites, devices, onClose }: ChannelDialogProps) {
  const text = useText()
  const save = useSaveChannel()
  const [name, setName] = useState(channel?.name ?? '')
  const [siteIds, setSiteIds] = useState<string[]>(channel?.siteIds ?? [])
  const [deviceIds, setDeviceIds] = useState<string[]>(channel?.deviceIds ?? [])
  return (
    <Dialog onClose={onClose} title={text(channel === null ? 'channels.open' : 'channels.change')}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate({ id: channel?.id ?? null, name, siteIds, deviceIds }, { onSuccess: onClose })
        }}
      >
        <p>{text(channel === null ? 'channels.openHint' : 'channels.changeHint')}</p>
        <TextInput
          label={text('channels.name')}
          value={name}
          maxLength={60}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          data-testid="channel-name"
        />
        <MultiSelect
          label={text('channels.sites')}
          description={text('channels.sitesHint')}
          data={[...sites]}
          value={siteIds}
          onChange={setSiteIds}
          searchable
          hidePickedOptions
          data-testid="channel-sites"
        />
        <MultiSelect
          label={text('channels.devices')}
          description={text('channels.devicesHint')}
          data={[...devices]}
          value={deviceIds}
          onChange={setDeviceIds}
          searchable
          hidePickedOptions
          data-testid="channel-devices"
        />
        <DialogActions
          request={save}
          submit={text('channels.save')}
          testId="channel-save"
          disabled={name.trim() === ''}
          onClose={onClose}
        />
      </form>
    </Dialog>
  )
}
