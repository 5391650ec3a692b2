import { Button } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconShieldLock } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import { isReady, type NewPin, NewPinFields } from './NewPinFields.tsx'

/** After enrolment and before the first patient: what is recorded here opens only with this PIN. */
export function ChoosePinView() {
  const text = useAppText()
  const { lock } = useBedside()
  const [value, setValue] = useState<NewPin>({ pin: '', again: '' })
  const choose = useAction(() => lock.choosePin(value.pin))
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady(value)) choose.run()
  }
  return (
    <Page title={text('pin.title')} width="narrow">
      <p style={{ margin: 0 }}>{text('pin.words')}</p>
      <FailurePanel error={choose.error} />
      <Card>
        <form onSubmit={submit} noValidate style={{ display: 'grid', gap: '1.1rem' }}>
          <NewPinFields value={value} onChange={setValue} />
          <div>
            <Button type="submit" size="lg" loading={choose.busy} disabled={!isReady(value)} data-testid="choose-pin">
              {text('pin.choose')}
            </Button>
          </div>
        </form>
      </Card>
      <Panel tone="plain" icon={IconShieldLock} title={text('pin.rememberTitle')}>
        <p>{text('pin.rememberWords')}</p>
      </Panel>
    </Page>
  )
}
