import { zodResolver } from '@hookform/resolvers/zod'
import { Textarea, TextInput } from '@mantine/core'
import { freezeNameSchema } from '@spira/shared/protocol/consoleApi.ts'
import { useForm } from 'react-hook-form'
import type { z } from 'zod'
import { useText } from '../catalogue.ts'
import styles from '../frame/dialog.module.css'
import { DialogActions } from '../frame/DialogActions.tsx'
import { fieldError } from '../frame/fieldError.ts'

interface FreezeFormProps {
  readonly explanation: string
  readonly request: { readonly error: Error | null; readonly isPending: boolean }
  readonly onFreeze: (named: z.output<typeof freezeNameSchema>) => void
  readonly onClose: () => void
}

/** The name under which a dataset version is frozen, and what it is for. */
export function FreezeForm({ explanation, request, onFreeze, onClose }: FreezeFormProps) {
  const text = useText()
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(freezeNameSchema),
    defaultValues: { name: '', description: '' },
  })
  const submit = handleSubmit(onFreeze)
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
      <p>{explanation}</p>
      <TextInput
        label={text('freeze.name')}
        data-autofocus
        maxLength={80}
        data-testid="freeze-name"
        error={fieldError(text, formState.errors.name)}
        {...register('name')}
      />
      <Textarea
        label={text('freeze.description')}
        description={text('freeze.descriptionHint')}
        autosize
        minRows={3}
        maxLength={2000}
        error={fieldError(text, formState.errors.description)}
        {...register('description')}
      />
      <DialogActions request={request} submit={text('freeze.submit')} testId="freeze-submit" onClose={onClose} />
    </form>
  )
}
