import { zodResolver } from '@hookform/resolvers/zod'
import { Button, Loader, TextInput } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import { ErasedNotice } from './ErasedNotice.tsx'
import { enrolmentCode, enrolmentFromHash, enrolsByItself, MAX_NAME } from './enrolmentCode.ts'

/** The first view of a new device: a one-time code joins it to a site. What the address says of it is filled in. */
export function EnrolView() {
  const text = useAppText()
  const { device } = useBedside()
  const state = useLive(device.state)
  const enrol = useAction(async (request: Parameters<typeof device.enrol>[0]) => {
    await device.enrol(request)
    // The code is used up, and must not stay in the history.
    history.replaceState(history.state, '', location.pathname + location.search)
  })
  const schema = useMemo(
    () =>
      z.object({
        code: z.string().refine((typed) => enrolmentCode(typed) !== null, text('enrol.codeForm')),
        serverUrl: z.string().trim().min(1, text('enrol.serverNeeded')),
        deviceName: z.string().trim().min(1, text('enrol.nameNeeded')).max(MAX_NAME),
      }),
    [text],
  )
  const [addressed] = useState(() => enrolmentFromHash(location.hash))
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: {
      code: addressed.code ?? '',
      serverUrl: addressed.server ?? (location.protocol.startsWith('http') ? location.origin : ''),
      deviceName: addressed.site ?? text('enrol.defaultName'),
    },
  })

  const { getValues } = form
  const { run } = enrol
  useEffect(() => {
    if (enrolsByItself(addressed, location)) run(getValues())
  }, [addressed, run, getValues])

  const { errors } = form.formState
  return (
    <Page title={text('enrol.title')} width="narrow">
      {state.status === 'not-enrolled' && state.erased !== null && <ErasedNotice erased={state.erased} />}
      <p style={{ margin: 0 }}>{text('enrol.words')}</p>
      <FailurePanel error={enrol.error} />
      <Card>
        <form
          onSubmit={(event) => void form.handleSubmit(run)(event)}
          noValidate
          style={{ display: 'grid', gap: '1.1rem' }}
        >
          <TextInput
            label={text('enrol.code')}
            description={text('enrol.codeHint')}
            error={errors.code?.message}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            placeholder="XXXX-XXXX"
            data-testid="enrol-code"
            styles={{ input: { fontSize: '1.375rem', letterSpacing: '0.12em', textTransform: 'uppercase' } }}
            {...form.register('code')}
          />
          <TextInput
            label={text('enrol.server')}
            description={text('enrol.serverHint')}
            error={errors.serverUrl?.message}
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            data-testid="enrol-server"
            {...form.register('serverUrl')}
          />
          <TextInput
            label={text('enrol.name')}
            description={text('enrol.nameHint')}
            error={errors.deviceName?.message}
            autoComplete="off"
            data-testid="enrol-name"
            {...form.register('deviceName')}
          />
          <div>
            <Button
              type="submit"
              size="lg"
              disabled={enrol.busy}
              leftSection={enrol.busy ? <Loader size="sm" /> : null}
              data-testid="enrol"
            >
              {enrol.busy ? text('enrol.busy') : text('enrol.do')}
            </Button>
          </div>
        </form>
      </Card>
    </Page>
  )
}
