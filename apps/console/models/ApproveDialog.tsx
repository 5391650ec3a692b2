import { zodResolver } from '@hookform/resolvers/zod'
import { Checkbox, NativeSelect, Textarea } from '@mantine/core'
import { approveBodySchema, type ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconFlask } from '@tabler/icons-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import { useChannels } from '../rollout/channels.ts'
import { fieldError } from '../frame/fieldError.ts'
import styles from '../frame/dialog.module.css'
import { GateCriteria } from './GateCriteria.tsx'
import { useApprove } from './models.ts'
import { ROLLOUT_WAYS, type RolloutWay, waySchema } from './rolloutWays.ts'

/** Approval signs and publishes; who approves says why. */
export function ApproveDialog({ model, onClose }: { model: ModelVersion; onClose: () => void }) {
  const text = useText()
  const approve = useApprove()
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(approveBodySchema),
    defaultValues: { reason: '' },
  })
  const [override, setOverride] = useState(false)
  const [way, setWay] = useState<RolloutWay>('steps')
  const channels = useChannels()
  const [channelId, setChannelId] = useState('')
  const failed = model.criteria.some(({ passed }) => !passed)
  const submit = handleSubmit(({ reason }) =>
    approve.mutate(
      {
        modelId: model.modelId,
        reason,
        rollout: { ...ROLLOUT_WAYS[way], channelId: channelId === '' ? null : channelId },
        ...(override ? { override } : {}),
      },
      { onSuccess: onClose },
    ),
  )
  return (
    <Dialog onClose={onClose} title={text('approve.title', { version: model.version })}>
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <p>{text('approve.explanation')}</p>
        {model.simulated && <Panel tone="warn" icon={IconFlask} title={text('approve.simulated')} />}
        <GateCriteria criteria={model.criteria} gatePlan={model.gatePlan} />
        {failed && !model.simulated && <p>{text('gate.blocked')}</p>}
        {failed && model.simulated && (
          <Checkbox
            label={text('gate.override')}
            checked={override}
            onChange={(event) => setOverride(event.currentTarget.checked)}
            data-testid="approve-override"
          />
        )}
        <NativeSelect
          label={text('approve.rollout')}
          value={way}
          onChange={(event) => setWay(waySchema.parse(event.currentTarget.value))}
          data={waySchema.options.map((value) => ({ value, label: text(`approve.rollout.${value}`) }))}
          data-testid="approve-rollout"
        />
        {channels.data !== undefined && channels.data.length > 0 && (
          <NativeSelect
            label={text('approve.channel')}
            value={channelId}
            onChange={(event) => setChannelId(event.currentTarget.value)}
            data={[
              { value: '', label: text('rollout.everywhere') },
              ...channels.data.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            data-testid="approve-channel"
          />
        )}
        {model.approvals.length + 1 < model.approvalsNeeded && <p>{text('approve.another')}</p>}
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
        <DialogActions
          request={approve}
          submit={text('approve.submit')}
          testId="approve-submit"
          onClose={onClose}
          disabled={failed && !override}
        />
      </form>
    </Dialog>
  )
}
