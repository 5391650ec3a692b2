import { zodResolver } from '@hookform/resolvers/zod'
import { Button, Divider, PasswordInput, TextInput } from '@mantine/core'
import { CONSOLE_API, signInBodySchema } from '@spira/shared/protocol/consoleApi.ts'
import { ERRORS, isErrorCode } from '@spira/shared/protocol/errors.ts'
import { useEffect } from 'react'
import { useForm } from 'react-hook-form'
import { RequestFailure } from '../api/request.ts'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { fieldError } from '../frame/fieldError.ts'
import { useSignIn, useSignInMethods } from './session.ts'
import { SignInCard } from './SignInCard.tsx'

/** `onSignedIn` gets the password that was used: the forced choice of a new one must name it. */
export function SignIn({ onSignedIn }: { onSignedIn: (password: string) => void }) {
  const text = useText()
  const signIn = useSignIn()
  const { data: methods } = useSignInMethods()
  const { register, handleSubmit, setFocus, formState } = useForm({ resolver: zodResolver(signInBodySchema) })
  const submit = handleSubmit((credentials) =>
    signIn.mutate(credentials, { onSuccess: () => onSignedIn(credentials.password) }),
  )
  const code = signIn.error instanceof RequestFailure ? signIn.error.code : undefined
  const codeAsked = code === 'second_factor_required' || code === 'second_factor_wrong'
  useEffect(() => {
    if (codeAsked) setFocus('code')
  }, [codeAsked, setFocus])
  const failure =
    code === 'second_factor_required' ? null : (signIn.error ?? refusalElsewhere(globalThis.location.hash))
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
        {codeAsked && (
          <TextInput
            label={text('signIn.code')}
            description={text('signIn.codeHint')}
            autoComplete="one-time-code"
            inputMode="text"
            data-testid="sign-in-code"
            error={fieldError(text, formState.errors.code)}
            {...register('code')}
          />
        )}
        {failure !== null && <Failure error={failure} />}
        <Button type="submit" loading={signIn.isPending} data-testid="sign-in-submit">
          {text('signIn.submit')}
        </Button>
        {methods?.oidc && (
          <>
            <Divider label={text('signIn.or')} />
            <Button component="a" href={`${CONSOLE_API}/oidc/start`} variant="default" data-testid="sign-in-oidc">
              {text('signIn.elsewhere', { label: methods.oidc.label })}
            </Button>
          </>
        )}
      </form>
    </SignInCard>
  )
}

/** The other sign-in comes back with the code of its refusal after `#`. */
function refusalElsewhere(hash: string): RequestFailure | null {
  const [, code = ''] = /^#refused=(\w+)$/.exec(hash) ?? []
  return isErrorCode(code) ? new RequestFailure(code, ERRORS[code].message) : null
}
