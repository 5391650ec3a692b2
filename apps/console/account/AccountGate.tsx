import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Invitation } from './Invitation.tsx'
import { invitationTokenOf } from './invitation.ts'
import { NewPassword } from './NewPassword.tsx'
import { useSession } from './session.ts'
import { SignIn } from './SignIn.tsx'

/** Nothing of the console exists until somebody is signed in with a password of their own. */
export function AccountGate({ children }: { children: ReactNode }) {
  const session = useSession()
  const [usedPassword, setUsedPassword] = useState<string | null>(null)
  const [invitation, setInvitation] = useState(() => invitationTokenOf(globalThis.location))
  const navigate = useNavigate()
  if (invitation !== null)
    return (
      <Invitation
        token={invitation}
        onDone={() => {
          setInvitation(null)
          void navigate({ to: '/', replace: true })
        }}
      />
    )
  if (session.isPending) return <Loading />
  if (session.data === undefined) return <Failure error={session.error} onRetry={() => void session.refetch()} />
  if (session.data === null) return <SignIn onSignedIn={setUsedPassword} />
  if (session.data.mustChangePassword) return <NewPassword current={usedPassword} />
  return children
}
