import { zodResolver } from '@hookform/resolvers/zod'
import { Button, PasswordInput } from '@mantine/core'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { fieldError } from '../frame/fieldError.ts'
import { Loading } from '../frame/Loading.tsx'
import { useAcceptInvitation, useInvitation } from './invitation.ts'
import { SignInCard } from './SignInCard.tsx'

const schema = z
  .object({ password: z.string().min(12).max(200), again: z.string() })
  .refine(({ password, again }) => password === again, { path: ['again'] })

/** The page behind an invitation's link: whose it is, and the choice of a password. */
export function Invitation({ token, onDone }: { token: string; onDone: () => void }) {
  const text = useText()
  const invitation = useInvitation(token)
  const accept = useAcceptInvitation(token)
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(schema),
    defaultValues: { password: '', again: '' },
  })
  const { errors } = formState
  const toggle = { 'aria-label': text('signIn.showPassword') }
  if (invitation.isPending) return <Loading />
  if (invitation.data === undefined)
    return (
      <SignInCard title={text('invitation.title')} explanation={text('invitation.notUsable')}>
        <Failure error={invitation.error} />
        <Button mt="md" variant="default" onClick={onDone}>
          {text('invitation.toSignIn')}
        </Button>
      </SignInCard>
    )
  const { username, role } = invitation.data
  const submit = handleSubmit(({ password }) => accept.mutate(password, { onSuccess: onDone }))
  return (
    <SignInCard
      title={text('invitation.title')}
      explanation={text('invitation.welcome', { username, role: text(`role.${role}`) })}
    >
      <form onSubmit={(event) => void submit(event)} noValidate>
        <input type="text" autoComplete="username" value={username} readOnly hidden />
        <PasswordInput
          label={text('password.new')}
          description={text('password.rule')}
          autoComplete="new-password"
          data-testid="invitation-password"
          visibilityToggleButtonProps={toggle}
          error={errors.password && text('password.rule')}
          {...register('password')}
        />
        <PasswordInput
          label={text('password.again')}
          autoComplete="new-password"
          data-testid="invitation-password-again"
          visibilityToggleButtonProps={toggle}
          error={fieldError(text, errors.again)}
          {...register('again')}
        />
        {accept.error !== null && <Failure error={accept.error} />}
        <Button type="submit" loading={accept.isPending} data-testid="invitation-submit">
          {text('invitation.submit')}
        </Button>
      </form>
    </SignInCard>
  )
}
