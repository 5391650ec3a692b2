import { Button, CopyButton } from '@mantine/core'
import type { Invitation } from '@spira/shared/protocol/accountsApi.ts'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import dialog from '../frame/dialog.module.css'
import { useWhen } from '../frame/useFormats.ts'
import styles from './InvitationLink.module.css'

/** The link that is to reach one person, shown once: the server keeps only its hash. */
export function InvitationLink({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const text = useText()
  const when = useWhen()
  const { path, expiresAt } = invitation
  if (path === null || expiresAt === null)
    return (
      <div className={dialog.form}>
        <p>{text('invitation.elsewhere')}</p>
        <div className={dialog.actions}>
          <Button onClick={onClose}>{text('dialog.done')}</Button>
        </div>
      </div>
    )
  const link = new URL(path, globalThis.location.origin).href
  return (
    <div className={dialog.form}>
      <p>{text('invitation.handOver')}</p>
      <output className={styles.link} data-testid="invitation-link">
        {link}
      </output>
      <p>{text('invitation.expires', { when: when(expiresAt) })}</p>
      <div className={dialog.actions}>
        <CopyButton value={link}>
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
  )
}
