import { Button, Checkbox, PasswordInput } from '@mantine/core'
import { ColorSchemeSwitch } from '@spira/shared/ui/ColorSchemeSwitch.tsx'
import { LanguageSwitch } from '@spira/shared/ui/LanguageSwitch.tsx'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useLive } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { codeOf } from '../app/failure.ts'
import { Mark } from '../app/Mark.tsx'
import { OutOfContactPanel } from '../device/OutOfContactNotice.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { Store } from '../store/store.ts'
import styles from './LockView.module.css'
import type { LockedDevice } from './openAccess.ts'

interface LockViewProps {
  readonly device: LockedDevice
  readonly onOpen: (store: Store) => void
}

/** All there is until the PIN is entered. It says what waits here, and never whose it is. */
export function LockView({ device, onOpen }: LockViewProps) {
  const text = useAppText()
  const outOfContact = useLive(device.outOfContact)
  const [pin, setPin] = useState('')
  const [forgotten, setForgotten] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const [waitUntil, setWaitUntil] = useState(0)
  const seconds = useSecondsUntil(waitUntil)
  const unlock = useAction(async () => {
    try {
      onOpen(await device.unlock(pin))
    } catch (error) {
      setPin('')
      throw error
    } finally {
      setWaitUntil(await device.nextTryAt())
    }
  })
  useEffect(() => {
    document.title = `${text('lock.title')} · Spira Edge`
    device.nextTryAt().then(setWaitUntil, () => undefined)
  }, [device, text])
  useEffect(() => {
    if (!unlock.busy && seconds === 0) input.current?.focus()
  }, [unlock.busy, seconds])

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (pin !== '' && seconds === 0) unlock.run()
  }
  const code = unlock.error === null ? null : codeOf(unlock.error)
  const problem =
    seconds > 0
      ? text('lock.wait', { seconds })
      : code === 'pin-wrong' || code === 'pin-wait'
        ? text('lock.wrong')
        : undefined
  return (
    <main className={styles.screen} data-testid="lock">
      <div className={styles.tools}>
        <div className={styles.language}>
          <LanguageSwitch />
        </div>
        <ColorSchemeSwitch />
      </div>
      <div className={styles.middle}>
        <div className={styles.mark}>
          <Mark />
        </div>
        <h1 className={styles.title}>{text('lock.title')}</h1>
        <p className={styles.words}>
          {device.waiting > 0 ? text('lock.waiting', { count: device.waiting }) : text('lock.nothingWaiting')}
        </p>
        {outOfContact !== null && <OutOfContactPanel standing={outOfContact} />}
        <form className={styles.form} onSubmit={submit} noValidate>
          <PasswordInput
            ref={input}
            size="xl"
            label={text('lock.pin')}
            value={pin}
            onChange={({ currentTarget }) => setPin(currentTarget.value)}
            error={problem}
            disabled={unlock.busy || seconds > 0}
            autoComplete="current-password"
            data-testid="unlock-pin"
          />
          <Button type="submit" size="xl" fullWidth loading={unlock.busy} disabled={seconds > 0} data-testid="unlock">
            {text('lock.unlock')}
          </Button>
          {code !== null && code !== 'pin-wrong' && code !== 'pin-wait' && <FailurePanel error={unlock.error} />}
        </form>
        {forgotten ? (
          <Forgotten device={device} />
        ) : (
          <Button variant="subtle" onClick={() => setForgotten(true)} data-testid="pin-forgotten">
            {text('lock.forgotten')}
          </Button>
        )}
      </div>
    </main>
  )
}

/** What can truly be done: nobody can open what is here, and what the server has is safe. */
function Forgotten({ device }: { device: LockedDevice }) {
  const text = useAppText()
  const [sure, setSure] = useState(false)
  const erase = useAction(async () => {
    await device.startOver()
    location.reload()
  })
  return (
    <section className={styles.forgotten} aria-label={text('lock.forgotten')}>
      <h2>{text('lock.forgotten')}</h2>
      <p>{text('lock.forgottenWords')}</p>
      <p>
        <strong>{text('lock.forgottenLoss', { count: device.waiting })}</strong>
      </p>
      <p>{text('lock.forgottenNext')}</p>
      <Checkbox
        size="md"
        label={text('lock.forgottenSure')}
        checked={sure}
        onChange={({ currentTarget }) => setSure(currentTarget.checked)}
        data-testid="start-over-sure"
      />
      <FailurePanel error={erase.error} />
      <Button
        color="red.9"
        variant="outline"
        disabled={!sure}
        loading={erase.busy}
        onClick={() => erase.run()}
        data-testid="start-over"
      >
        {text('lock.startOver')}
      </Button>
    </section>
  )
}

/** Whole seconds left, counting down; 0 once it has passed. */
function useSecondsUntil(epochMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  const left = Math.max(0, Math.ceil((epochMs - now) / 1000))
  useEffect(() => {
    if (epochMs <= Date.now()) return
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [epochMs])
  return left
}
