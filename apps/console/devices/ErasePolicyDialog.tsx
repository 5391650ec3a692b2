import { NumberInput, Switch } from '@mantine/core'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import dialog from '../frame/dialog.module.css'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { useDevicePolicy, useSetDevicePolicy } from './devices.ts'

const FEWEST_DAYS = 7
const FIRST_OFFER_DAYS = 60

/** Whether devices erase themselves when they have not reached this server for so many days. */
export function ErasePolicyDialog({ onClose }: { onClose: () => void }) {
  const text = useText()
  const policy = useDevicePolicy()
  return (
    <Dialog onClose={onClose} title={text('erasePolicy.title')}>
      {policy.isPending && <Loading />}
      {policy.error !== null && <Failure error={policy.error} onRetry={() => void policy.refetch()} />}
      {policy.data !== undefined && <Form days={policy.data.eraseAfterDays} onClose={onClose} />}
    </Dialog>
  )
}

function Form({ days, onClose }: { days: number | null; onClose: () => void }) {
  const text = useText()
  const set = useSetDevicePolicy()
  const [on, setOn] = useState(days !== null)
  const [after, setAfter] = useState<number | null>(days ?? FIRST_OFFER_DAYS)
  const ready = !on || (after !== null && after >= FEWEST_DAYS && after <= 3650)
  return (
    <form
      className={dialog.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) set.mutate({ eraseAfterDays: on ? after : null }, { onSuccess: onClose })
      }}
    >
      <p>{text('erasePolicy.explanation')}</p>
      <Switch
        label={text('erasePolicy.on')}
        checked={on}
        onChange={(event) => setOn(event.currentTarget.checked)}
        data-testid="erase-policy-on"
      />
      <NumberInput
        label={text('erasePolicy.after')}
        disabled={!on}
        value={after ?? ''}
        onChange={(value) => setAfter(typeof value === 'number' ? value : null)}
        min={FEWEST_DAYS}
        max={3650}
        allowDecimal={false}
        suffix={` ${text('retention.unit')}`}
        data-testid="erase-policy-days"
      />
      <DialogActions
        request={set}
        submit={text('erasePolicy.submit')}
        testId="erase-policy-submit"
        onClose={onClose}
        disabled={!ready}
      />
    </form>
  )
}
