import { zodResolver } from '@hookform/resolvers/zod'
import { Textarea } from '@mantine/core'
import { reasonBodySchema } from '@spira/shared/protocol/rollouts.ts'
import { useForm } from 'react-hook-form'
import { useText } from '../catalogue.ts'
import { Dialog } from './Dialog.tsx'
import { DialogActions } from './DialogActions.tsx'
import styles from './dialog.module.css'
import { fieldError } from './fieldError.ts'

interface ReasonFormProps {
  readonly title: string
  readonly explanation: string
  readonly submit: string
  readonly request: { readonly error: Error | null; readonly isPending: boolean }
  readonly onSubmit: (reason: string) => void
  readonly onClose: () => void
  readonly testId: string
  readonly isDestructive?: boolean
}

/** Asks why before something is done that others will want to understand; the reason is kept. */
export function ReasonForm({
  title,
  explanation,
  submit,
  request,
  onSubmit,
  onClose,
  testId,
  isDestructive = false,
}: ReasonFormProps) {
  const text = useText()
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(reasonBodySchema),
    defaultValues: { reason: '' },
  })
  const send = handleSubmit(({ reason }) => onSubmit(reason))
  return (
    <Dialog onClose={onClose} title={title}>
      <form className={styles.form} onSubmit={(event) => void send(event)} noValidate>
        <p>{explanation}</p>
        <Textarea
          label={text('approve.reason')}
          required
          autosize
          minRows={2}
          maxLength={1000}
          data-autofocus
          data-testid={`${testId}-why`}
          error={fieldError(text, formState.errors.reason)}
          {...register('reason')}
        />
        <DialogActions
          request={request}
          submit={submit}
          testId={`${testId}-submit`}
          onClose={onClose}
          isDestructive={isDestructive}
        />
      </form>
    </Dialog>
  )
}
