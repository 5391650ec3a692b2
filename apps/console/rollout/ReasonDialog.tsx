import type { Rollout } from '@spira/shared/protocol/rollouts.ts'
import { useText } from '../catalogue.ts'
import { ReasonForm } from '../frame/ReasonForm.tsx'
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
  return (
    <ReasonForm
      title={`${text(`rollout.action.${action}`)} · ${text('models.version', { version: rollout.modelVersion })}`}
      explanation={text(`rollout.explain.${action}`)}
      submit={text(`rollout.action.${action}`)}
      request={change}
      onSubmit={(reason) => change.mutate({ id: rollout.id, action, reason }, { onSuccess: onClose })}
      onClose={onClose}
      testId="rollout"
      isDestructive={action === 'withdraw'}
    />
  )
}
