import { zodResolver } from '@hookform/resolvers/zod'
import { Button, Textarea, TextInput } from '@mantine/core'
import type { Cohort } from '@spira/shared/protocol/cohortApi.ts'
import { freezeNameSchema } from '@spira/shared/protocol/consoleApi.ts'
import { useNavigate } from '@tanstack/react-router'
import { useForm } from 'react-hook-form'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import styles from '../frame/dialog.module.css'
import { Failure } from '../frame/Failure.tsx'
import { fieldError } from '../frame/fieldError.ts'
import { useFreezeCohort } from './cohort.ts'

/** Names the cohort and freezes it: what it holds then never changes. */
export function FreezeCohort({ cohort, onClose }: { cohort: Cohort; onClose: () => void }) {
  const text = useText()
  const navigate = useNavigate()
  const freeze = useFreezeCohort()
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(freezeNameSchema),
    defaultValues: { name: '', description: '' },
  })
  const submit = handleSubmit((named) =>
    freeze.mutate({ ...named, cohort }, { onSuccess: () => void navigate({ to: '/datasets' }) }),
  )
  return (
    <Dialog onClose={onClose} title={text('cohort.freezeTitle')}>
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <p>{text('cohort.freezeExplanation')}</p>
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
