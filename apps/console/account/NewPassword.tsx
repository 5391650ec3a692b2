import { zodResolver } from '@hookform/resolvers/zod'
import { Button, PasswordInput } from '@mantine/core'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { fieldError } from '../frame/fieldError.ts'
import { useChangePassword } from './session.ts'
import { SignInCard } from './SignInCard.tsx'

const schema = z
  .object({ current: z.string().min(1), next: z.string().min(12).max(200), again: z.string() })
  .refine(({ next, again }) => next === again, { path: ['again'] })

/** The first sign-in ends in a password that only its owner knows. `current`: the one just used, asked for when unknown. */
export function NewPassword({ current }: { current: string | null }) {
  const text = useText()
  const change = useChangePassword()
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(schema),
    defaultValues: { current: current ?? '', next: '', again: '' },
  })
  const { errors } = formState
  const toggle = { 'aria-label': text('signIn.showPassword') }
  const submit = handleSubmit(({ current: old, next }) => change.mutate({ current: old, next }))
  return (
    <SignInCard title={text('password.title')} explanation={text('password.explanation')}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        {current === null && (
          <PasswordInput
            label={text('password.current')}
            autoComplete="current-password"
            visibilityToggleButtonProps={toggle}
            error={fieldError(text, errors.current)}
            {...register('current')}
          />
        )}
        <PasswordInput
          label={text('password.new')}
          description={text('password.rule')}
          autoComplete="new-password"
          data-testid="new-password"
          visibilityToggleButtonProps={toggle}
          error={errors.next && text('password.rule')}
          {...register('next')}
        />
        <PasswordInput
          label={text('password.again')}
          autoComplete="new-password"
          data-testid="new-password-again"
          visibilityToggleButtonProps={toggle}
          error={fieldError(text, errors.again)}
          {...register('again')}
        />
        {change.error !== null && <Failure error={change.error} />}
        <Button type="submit" loading={change.isPending} data-testid="change-password-submit">
          {text('password.submit')}
        </Button>
      </form>
    </SignInCard>
  )
}
