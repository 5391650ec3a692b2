import { Button, Loader, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import styles from './SyncView.module.css'

/** A server that moved, or was restored on another machine, is found again: by a person who was told where. */
export function MoveServerCard() {
  const text = useAppText()
  const { device } = useBedside()
  const enrolment = useLive(device.state)
  const [address, setAddress] = useState('')
  const [moved, setMoved] = useState(false)
  const move = useAction(async () => {
    setMoved(false)
    await device.moveServer(address)
    setAddress('')
    setMoved(true)
  })
  // What a server itself serves can speak to no other: it is opened at the new address, or the server comes back under the old.
  if (enrolment.status !== 'enrolled' || enrolment.serverUrl === location.origin) return null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    move.run()
  }
  return (
    <Card label={text('sync.move')}>
      <h2>{text('sync.move')}</h2>
      <p>{text('sync.move.words')}</p>
      <FailurePanel error={move.error} />
      <form className={styles.setting} onSubmit={submit}>
        <TextInput
          label={text('enrol.server')}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          placeholder={enrolment.serverUrl}
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          data-testid="move-address"
        />
        <div>
          <Button
            type="submit"
            variant="light"
            disabled={address.trim() === '' || move.busy}
            leftSection={move.busy ? <Loader size="sm" /> : null}
            data-testid="move-do"
          >
            {text('sync.move.do')}
          </Button>
        </div>
      </form>
      <output className={styles.done} data-testid="move-done">
        {moved && text('sync.move.done')}
      </output>
    </Card>
  )
}
