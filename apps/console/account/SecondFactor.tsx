import { Button, TextInput } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconShieldCheck, IconShieldOff } from '@tabler/icons-react'
import { useState } from 'react'
import { renderSVG } from 'uqr'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import styles from './AccountPage.module.css'
import { useBeginFactor, useConfirmFactor, useRemoveFactor, useSecondFactor } from './secondFactor.ts'

/** The second factor of one's own account: off, being set up, its recovery codes shown once, or on. */
export function SecondFactor() {
  const text = useText()
  const factor = useSecondFactor()
  const begin = useBeginFactor()
  const confirm = useConfirmFactor()
  const remove = useRemoveFactor()
  const [code, setCode] = useState('')
  if (factor.isPending) return <Loading />
  if (factor.data === undefined) return <Failure error={factor.error} onRetry={() => void factor.refetch()} />
  const codeField = (
    <TextInput
      label={text('signIn.code')}
      description={text('factor.codeHint')}
      value={code}
      onChange={(event) => setCode(event.currentTarget.value)}
      autoComplete="one-time-code"
      maxLength={20}
      data-testid="factor-code"
    />
  )
  if (confirm.data !== undefined)
    return (
      <div className={styles.block}>
        <Panel tone="good" icon={IconShieldCheck} title={text('factor.nowOn')}>
          <p>{text('factor.recovery')}</p>
        </Panel>
        <ul className={styles.codes} data-testid="recovery-codes">
          {confirm.data.recoveryCodes.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
        <Button onClick={() => confirm.reset()} data-testid="factor-kept">
          {text('factor.kept')}
        </Button>
      </div>
    )
  if (factor.data.on)
    return (
      <form
        className={styles.block}
        onSubmit={(event) => {
          event.preventDefault()
          remove.mutate(code, { onSuccess: () => setCode('') })
        }}
      >
        <Panel
          tone="good"
          icon={IconShieldCheck}
          title={text('factor.isOn', { left: factor.data.recoveryCodesLeft })}
        />
        {codeField}
        {remove.error !== null && <Failure error={remove.error} />}
        <Button type="submit" variant="default" loading={remove.isPending} disabled={code.trim().length < 6}>
          {text('factor.remove')}
        </Button>
      </form>
    )
  if (begin.data === undefined)
    return (
      <div className={styles.block}>
        <Panel tone="plain" icon={IconShieldOff} title={text('factor.isOff')}>
          <p>{text('factor.why')}</p>
        </Panel>
        {begin.error !== null && <Failure error={begin.error} />}
        <Button onClick={() => begin.mutate()} loading={begin.isPending} data-testid="factor-begin">
          {text('factor.begin')}
        </Button>
      </div>
    )
  return (
    <form
      className={styles.block}
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate(code, { onSuccess: () => (setCode(''), begin.reset()) })
      }}
    >
      <p>{text('factor.scan')}</p>
      <img
        className={styles.qr}
        src={`data:image/svg+xml,${encodeURIComponent(renderSVG(begin.data.uri, { border: 2 }))}`}
        alt={text('factor.qr')}
      />
      <p>
        {text('factor.typeIt')} <code data-testid="factor-secret">{begin.data.secret}</code>
      </p>
      {codeField}
      {confirm.error !== null && <Failure error={confirm.error} />}
      <Button type="submit" loading={confirm.isPending} disabled={code.trim().length < 6} data-testid="factor-confirm">
        {text('factor.confirm')}
      </Button>
    </form>
  )
}
