import { Button } from '@mantine/core'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { Failure } from '../frame/Failure.tsx'
import dialog from '../frame/dialog.module.css'
import { InvitationLink } from './InvitationLink.tsx'
import { type Person, useAccountAction, useChangeRole, useInviteAgain } from './people.ts'
import styles from './PersonDialog.module.css'
import { RoleSelect } from './RoleSelect.tsx'

/** What an administrator does with one account. Every change ends its sessions, so that it holds at once. */
export function PersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const text = useText()
  const [role, setRole] = useState(person.role)
  const changeRole = useChangeRole()
  const inviteAgain = useInviteAgain()
  const act = useAccountAction()
  const error = changeRole.error ?? inviteAgain.error ?? act.error
  const done = { onSuccess: onClose }
  const shut = person.state === 'disabled'
  if (inviteAgain.data !== undefined)
    return (
      <Dialog onClose={onClose} title={person.username} size="lg">
        <InvitationLink invitation={inviteAgain.data} onClose={onClose} />
      </Dialog>
    )
  return (
    <Dialog onClose={onClose} title={person.username} size="lg">
      <div className={dialog.form}>
        <p>{text('person.explanation')}</p>
        <div className={styles.row}>
          <RoleSelect value={role} onChange={setRole} />
          <Button
            variant="default"
            disabled={role === person.role}
            loading={changeRole.isPending}
            onClick={() => changeRole.mutate({ id: person.id, role }, done)}
            data-testid="person-role-save"
          >
            {text('person.saveRole')}
          </Button>
        </div>
        {person.signInBy === 'password' && !shut && (
          <div className={styles.row}>
            <p>{text('person.linkExplanation')}</p>
            <Button variant="default" loading={inviteAgain.isPending} onClick={() => inviteAgain.mutate(person.id)}>
              {text('person.newLink')}
            </Button>
          </div>
        )}
        {person.secondFactor && (
          <div className={styles.row}>
            <p>{text('person.factorExplanation')}</p>
            <Button
              variant="default"
              loading={act.isPending}
              onClick={() => act.mutate({ id: person.id, action: 'second-factor/remove' }, done)}
            >
              {text('person.removeFactor')}
            </Button>
          </div>
        )}
        <div className={styles.row}>
          <p>{text(shut ? 'person.enableExplanation' : 'person.disableExplanation')}</p>
          <Button
            variant="default"
            loading={act.isPending}
            onClick={() => act.mutate({ id: person.id, action: shut ? 'enable' : 'disable' }, done)}
            data-testid="person-access"
          >
            {text(shut ? 'person.enable' : 'person.disable')}
          </Button>
        </div>
        {error !== null && <Failure error={error} />}
      </div>
    </Dialog>
  )
}
