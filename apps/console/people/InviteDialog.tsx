import { SegmentedControl, TextInput } from '@mantine/core'
import { usernameSchema } from '@spira/shared/protocol/accountsApi.ts'
import type { Role } from '@spira/shared/protocol/consoleApi.ts'
import { useState } from 'react'
import { useSignInMethods } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import dialog from '../frame/dialog.module.css'
import { InvitationLink } from './InvitationLink.tsx'
import { type Person, useInvite } from './people.ts'
import { RoleSelect } from './RoleSelect.tsx'

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const text = useText()
  const invite = useInvite()
  const { data: methods } = useSignInMethods()
  const [username, setUsername] = useState('')
  const [role, setRole] = useState<Role>('researcher')
  const [signInBy, setSignInBy] = useState<Person['signInBy']>('password')
  const [tried, setTried] = useState(false)
  const usable = usernameSchema.safeParse(username).success
  if (invite.data !== undefined)
    return (
      <Dialog onClose={onClose} title={text('invite.title')} size="lg">
        <InvitationLink invitation={invite.data} onClose={onClose} />
      </Dialog>
    )
  return (
    <Dialog onClose={onClose} title={text('invite.title')} size="lg">
      <form
        className={dialog.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          setTried(true)
          if (usable) invite.mutate({ username: username.trim(), role, signInBy })
        }}
      >
        <p>{text('invite.explanation')}</p>
        <TextInput
          label={text('signIn.username')}
          description={text('invite.usernameRule')}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          error={tried && !usable && text('invite.usernameRule')}
          autoComplete="off"
          maxLength={80}
          data-autofocus
          data-testid="invite-username"
        />
        <RoleSelect value={role} onChange={setRole} />
        {methods?.oidc && (
          <SegmentedControl
            value={signInBy}
            onChange={(by) => setSignInBy(by === 'oidc' ? 'oidc' : 'password')}
            aria-label={text('invite.signInBy')}
            data={[
              { value: 'password', label: text('invite.byPassword') },
              { value: 'oidc', label: methods.oidc.label },
            ]}
          />
        )}
        <DialogActions request={invite} submit={text('invite.submit')} testId="invite-submit" onClose={onClose} />
      </form>
    </Dialog>
  )
}
