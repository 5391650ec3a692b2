import { zodResolver } from '@hookform/resolvers/zod'
import { Button, Textarea } from '@mantine/core'
import { approveBodySchema, type ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconFlask } from '@tabler/icons-react'
import { useForm } from 'react-hook-form'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { Failure } from '../frame/Failure.tsx'
import { fieldError } from '../frame/fieldError.ts'
import styles from '../frame/dialog.module.css'
import { useApprove } from './models.ts'

/** Approval signs and publishes; who approves says why. */
export function ApproveDialog({ model, onClose }: { model: ModelVersion; onClose: () => void }) {
  const text = useText()
  const approve = useApprove()
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(approveBodySchema),
    defaultValues: { reason: '' },
  })
  const submit = handleSubmit(({ reason }) =>
    approve.mutate({ modelId: model.modelId, reason }, { onSuccess: onClose }),
  )
  return (
    <Dialog onClose={onClose} title={text('approve.title', { version: model.version })}>
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <p>{text('approve.explanation')}</p>
        {model.simulated && <Panel tone="warn" icon={IconFlask} title={text('approve.simulated')} />}
        <Textarea
          label={text('approve.reason')}
          description={text('approve.reasonHint')}
          required
          autosize
          minRows={3}
          maxLength={1000}
          data-autofocus
          data-testid="approve-reason"
          error={fieldError(text, formState.errors.reason)}
          {...register('reason')}
        />
        {approve.error !== null && <Failure error={approve.error} />}
        <div className={styles.actions}>
          <Button variant="default" onClick={onClose}>
            {text('dialog.cancel')}
          </Button>
          <Button type="submit" loading={approve.isPending} data-testid="approve-submit">
            {text('approve.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
