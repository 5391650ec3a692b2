import { zodResolver } from '@hookform/resolvers/zod'
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { signInBodySchema } from '@spira/shared/protocol/consoleApi.ts'
import { useForm } from 'react-hook-form'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { fieldError } from '../frame/fieldError.ts'
import { useSignIn } from './session.ts'
import { SignInCard } from './SignInCard.tsx'

/** `onSignedIn` gets the password that was used: the forced choice of a new one must name it. */
export function SignIn({ onSignedIn }: { onSignedIn: (password: string) => void }) {
  const text = useText()
  const signIn = useSignIn()
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(signInBodySchema) })
  const submit = handleSubmit((credentials) =>
    signIn.mutate(credentials, { onSuccess: () => onSignedIn(credentials.password) }),
  )
  return (
    <SignInCard title={text('signIn.title')} explanation={text('signIn.explanation')}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          label={text('signIn.username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          data-testid="sign-in-username"
          error={fieldError(text, formState.errors.username)}
          {...register('username')}
        />
        <PasswordInput
          label={text('signIn.password')}
          autoComplete="current-password"
          data-testid="sign-in-password"
          visibilityToggleButtonProps={{ 'aria-label': text('signIn.showPassword') }}
          error={fieldError(text, formState.errors.password)}
          {...register('password')}
        />
        {signIn.error !== null && <Failure error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending} data-testid="sign-in-submit">
          {text('signIn.submit')}
        </Button>
      </form>
    </SignInCard>
  )
}
