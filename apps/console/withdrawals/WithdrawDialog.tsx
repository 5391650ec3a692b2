import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { participantSchema } from '@spira/shared/protocol/records.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import dialog from '../frame/dialog.module.css'
import { useSites, useWithdraw } from './withdrawals.ts'

/** A withdrawal said to the staff of the server. It cannot be undone, so it is read, confirmed and signed. */
export function WithdrawDialog({ onClose }: { onClose: () => void }) {
  const text = useText()
  const sites = useSites()
  const withdraw = useWithdraw()
  const [siteId, setSiteId] = useState('')
  const [code, setCode] = useState('')
  const [recordedBy, setRecordedBy] = useState('')
  const [explained, setExplained] = useState(false)
  const chosenSite = siteId === '' ? (sites.data?.[0]?.id ?? '') : siteId
  const typed = code.trim().toUpperCase()
  const isCode = participantSchema.shape.code.safeParse(typed).success
  const ready = isCode && recordedBy.trim() !== '' && explained && chosenSite !== ''
  return (
    <Dialog onClose={onClose} title={text('withdraw.title')}>
      <form
        className={dialog.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (ready)
            withdraw.mutate({ siteId: chosenSite, code: typed, recordedBy: recordedBy.trim() }, { onSuccess: onClose })
        }}
      >
        <Panel tone="warn" icon={IconAlertTriangle} title={text('withdraw.final')}>
          <p>{text('withdraw.explanation')}</p>
        </Panel>
        <NativeSelect
          label={text('withdraw.site')}
          value={chosenSite}
          onChange={(event) => setSiteId(event.currentTarget.value)}
          data={(sites.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          data-testid="withdraw-site"
        />
        <TextInput
          label={text('withdraw.code')}
          description={text('withdraw.codeHint')}
          placeholder="P-7F3K2"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={code !== '' && !isCode && typed.length >= 7 ? text('withdraw.codeInvalid') : undefined}
          maxLength={7}
          autoComplete="off"
          data-autofocus
          data-testid="withdraw-code"
        />
        <TextInput
          label={text('withdraw.by')}
          value={recordedBy}
          onChange={(event) => setRecordedBy(event.currentTarget.value)}
          maxLength={40}
          autoComplete="off"
          data-testid="withdraw-by"
        />
        <Checkbox
          label={text('withdraw.explained')}
          checked={explained}
          onChange={(event) => setExplained(event.currentTarget.checked)}
          data-testid="withdraw-explained"
        />
        <DialogActions
          request={withdraw}
          submit={text('withdraw.submit')}
          testId="withdraw-submit"
          onClose={onClose}
          disabled={!ready}
        />
      </form>
    </Dialog>
  )
}
