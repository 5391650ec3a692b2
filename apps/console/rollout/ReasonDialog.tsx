import { zodResolver } from '@hookform/resolvers/zod'
import { Textarea } from '@mantine/core'
import { reasonBodySchema, type Rollout } from '@spira/shared/protocol/rollouts.ts'
import { useForm } from 'react-hook-form'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import styles from '../frame/dialog.module.css'
import { fieldError } from '../frame/fieldError.ts'
import { type RolloutAction, useChangeRollout } from './rollouts.ts'

interface ReasonDialogProps {
  readonly rollout: Rollout
  readonly action: RolloutAction
  readonly onClose: () => void
}

/** Whoever changes a rollout says why; it is kept. */
export function ReasonDialog({ rollout, action, onClose }: ReasonDialogProps) {
  const text = useText()
  const change = useChangeRollout()
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(reasonBodySchema),
    defaultValues: { reason: '' },
  })
  const submit = handleSubmit(({ reason }) => change.mutate({ id: rollout.id, action, reason }, { onSuccess: onClose }))
  return (
    <Dialog
      onClose={onClose}
      title={`${text(`rollout.action.${action}`)} · ${text('models.version', { version: rollout.modelVersion })}`}
    >
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <p>{text(`rollout.explain.${action}`)}</p>
        <Textarea
          label={text('approve.reason')}
          required
          autosize
          minRows={2}
          maxLength={1000}
          data-autofocus
          data-testid="rollout-why"
          error={fieldError(text, formState.errors.reason)}
          {...register('reason')}
        />
        <DialogActions
          request={change}
          submit={text(`rollout.action.${action}`)}
          testId="rollout-submit"
          onClose={onClose}
          isDestructive={action === 'withdraw'}
        />
      </form>
    </Dialog>
  )
}
