import { Autocomplete, Button, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { renderSVG } from 'uqr'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import dialog from '../frame/dialog.module.css'
import { useWhen } from '../frame/useFormats.ts'
import { useCreateEnrolmentCode } from './devices.ts'
import styles from './EnrolmentCodeDialog.module.css'

interface EnrolmentCodeDialogProps {
  /** Sites that already have devices, to choose from; any other name makes a new site. */
  readonly siteNames: readonly string[]
  readonly onClose: () => void
}

/** Makes a one-time code and shows it once: the server keeps only its hash. */
export function EnrolmentCodeDialog({ siteNames, onClose }: EnrolmentCodeDialogProps) {
  const text = useText()
  const when = useWhen()
  const create = useCreateEnrolmentCode()
  const [siteName, setSiteName] = useState(siteNames[0] ?? '')
  return (
    <Dialog onClose={onClose} title={text('code.title')} size="lg">
      {create.data === undefined ? (
        <form
          className={dialog.form}
          onSubmit={(event) => {
            event.preventDefault()
            create.mutate({ siteName: siteName.trim() })
          }}
        >
          <p>{text('code.explanation')}</p>
          <Autocomplete
            label={text('code.site')}
            description={text('code.siteHint')}
            data={[...siteNames]}
            maxLength={80}
            value={siteName}
            onChange={setSiteName}
            data-testid="enrolment-site"
          />
          <DialogActions
            request={create}
            submit={text('code.submit')}
            testId="enrolment-code-submit"
            onClose={onClose}
          />
        </form>
      ) : (
        <div className={dialog.form}>
          <p>{text('code.howTo')}</p>
          <output className={styles.code} data-testid="enrolment-code">
            {create.data.code}
          </output>
          <img className={styles.qr} src={qrOf(create.data.code)} alt={text('code.qr')} data-testid="enrolment-qr" />
          <p>{text('code.expires', { when: when(create.data.expiresAt) })}</p>
          <div className={dialog.actions}>
            <CopyButton value={create.data.code}>
              {({ copied, copy }) => (
                <Button
                  variant="default"
                  onClick={copy}
                  leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
                >
                  {text(copied ? 'code.copied' : 'code.copy')}
                </Button>
              )}
            </CopyButton>
            <Button onClick={onClose}>{text('dialog.done')}</Button>
          </div>
        </div>
      )}
    </Dialog>
  )
}

/** What a device's camera opens: the bedside app of this server with the code in it (renderer/device/enrolmentCode.ts). */
function qrOf(code: string): string {
  const address = `${window.location.origin}/bedside/#enrol=${code}`
  return `data:image/svg+xml,${encodeURIComponent(renderSVG(address, { border: 2 }))}`
}
