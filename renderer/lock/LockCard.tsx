import { Button, PasswordInput, SegmentedControl } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { codeOf } from '../app/failure.ts'
import { Card } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import styles from './LockCard.module.css'
import { isReady, type NewPin, NewPinFields } from './NewPinFields.tsx'

const IDLE_CHOICES = [2, 5, 10, 20] as const
const EMPTY: NewPin = { pin: '', again: '' }

/** The device's lock: after how long it locks by itself, lock now, another PIN. */
export function LockCard() {
  const text = useAppText()
  const { lock } = useBedside()
  const { status, idleMinutes } = useLive(lock.state)
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState(EMPTY)
  const [changed, setChanged] = useState(false)
  const chosen = status === 'chosen'
  const save = useAction(async () => {
    setChanged(false)
    await (chosen ? lock.changePin(current, next.pin) : lock.choosePin(next.pin))
    setCurrent('')
    setNext(EMPTY)
    setChanged(true)
  })
  const code = save.error === null ? null : codeOf(save.error)
  const isPinError = code === 'pin-wrong' || code === 'pin-wait'
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady(next)) save.run()
  }
  return (
    <Card label={text('lock.section')}>
      <div className={styles.head}>
        <h2>{text('lock.section')}</h2>
        {chosen && (
          <Button variant="light" onClick={() => lock.lockNow()} data-testid="lock-now">
            {text('lock.now')}
          </Button>
        )}
      </div>
      {chosen && (
        <div className={styles.idle}>
          <span id="idle-label">{text('lock.idle')}</span>
          <SegmentedControl
            aria-labelledby="idle-label"
            value={String(idleMinutes)}
            onChange={(minutes) => void lock.setIdleMinutes(Number(minutes))}
            data={IDLE_CHOICES.map((minutes) => ({
              value: String(minutes),
              label: text('lock.minutes', { minutes }),
            }))}
          />
        </div>
      )}
      <form className={styles.form} onSubmit={submit} noValidate>
        {chosen ? (
          <PasswordInput
            size="lg"
            label={text('pin.current')}
            value={current}
            onChange={({ currentTarget }) => setCurrent(currentTarget.value)}
            error={isPinError ? text(code === 'pin-wrong' ? 'lock.wrong' : 'pin.waits') : undefined}
            autoComplete="current-password"
            data-testid="current-pin"
          />
        ) : (
          <p>{text('pin.optional')}</p>
        )}
        <NewPinFields value={next} onChange={setNext} />
        {!isPinError && <FailurePanel error={save.error} />}
        <div className={styles.head}>
          <Button
            type="submit"
            variant="light"
            loading={save.busy}
            disabled={!isReady(next) || (chosen && current === '')}
            data-testid="change-pin"
          >
            {text(chosen ? 'pin.change' : 'pin.choose')}
          </Button>
          <output>{changed && text('pin.changed')}</output>
        </div>
      </form>
    </Card>
  )
}
