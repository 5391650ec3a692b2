import { NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import dialog from '../frame/dialog.module.css'
import { useSetRetention, useSites } from './withdrawals.ts'

const MOST_DAYS = 36_500

/** How long records are kept: after that the server erases them by itself, as a withdrawal does. */
export function RetentionDialog({ onClose }: { onClose: () => void }) {
  const text = useText()
  const sites = useSites()
  const set = useSetRetention()
  const [siteId, setSiteId] = useState('')
  const [protocol, setProtocol] = useState('')
  const [days, setDays] = useState<number | null>(null)
  const ready = days !== null && days >= 1 && days <= MOST_DAYS
  return (
    <Dialog onClose={onClose} title={text('retention.title')}>
      <form
        className={dialog.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (ready)
            set.mutate(
              {
                siteId: siteId === '' ? null : siteId,
                protocol: protocol.trim() === '' ? null : protocol.trim(),
                keepDays: days,
              },
              { onSuccess: onClose },
            )
        }}
      >
        <p>{text('retention.dialog')}</p>
        <NativeSelect
          label={text('retention.site')}
          value={siteId}
          onChange={(event) => setSiteId(event.currentTarget.value)}
          data={[
            { value: '', label: text('retention.everySite') },
            ...(sites.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          data-testid="retention-site"
        />
        <TextInput
          label={text('retention.protocol')}
          description={text('retention.protocolHint')}
          value={protocol}
          onChange={(event) => setProtocol(event.currentTarget.value)}
          maxLength={40}
          data-testid="retention-protocol"
        />
        <NumberInput
          label={text('retention.keep')}
          description={text('retention.keepHint')}
          value={days ?? ''}
          onChange={(value) => setDays(typeof value === 'number' ? value : null)}
          min={1}
          max={MOST_DAYS}
          allowDecimal={false}
          suffix={` ${text('retention.unit')}`}
          data-testid="retention-days"
        />
        <DialogActions
          request={set}
          submit={text('retention.submit')}
          testId="retention-submit"
          onClose={onClose}
          disabled={!ready}
        />
      </form>
    </Dialog>
  )
}
