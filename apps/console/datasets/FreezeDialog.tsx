import { zodResolver } from '@hookform/resolvers/zod'
import { Button, Textarea, TextInput } from '@mantine/core'
import { freezeBodySchema } from '@spira/shared/protocol/consoleApi.ts'
import { useForm } from 'react-hook-form'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { Failure } from '../frame/Failure.tsx'
import { fieldError } from '../frame/fieldError.ts'
import styles from '../frame/dialog.module.css'
import { useFreeze } from './datasets.ts'

/** Freezes all that is labelled and usable now under a name; what comes later is another version. */
export function FreezeDialog({ onClose }: { onClose: () => void }) {
  const text = useText()
  const freeze = useFreeze()
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(freezeBodySchema),
    defaultValues: { name: '', description: '' },
  })
  const submit = handleSubmit((body) => freeze.mutate(body, { onSuccess: onClose }))
  return (
    <Dialog onClose={onClose} title={text('freeze.title')}>
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <p>{text('freeze.explanation')}</p>
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
        {freeze.error !== null && <Failure error={freeze.error} />}
        <div className={styles.actions}>
          <Button variant="default" onClick={onClose}>
            {text('dialog.cancel')}
          </Button>
          <Button type="submit" loading={freeze.isPending} data-testid="freeze-submit">
            {text('freeze.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
