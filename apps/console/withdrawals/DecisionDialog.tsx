import { Radio, Textarea } from '@mantine/core'
import { type ModelWithdrawal, modelDecisionBodySchema } from '@spira/shared/protocol/withdrawalApi.ts'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import dialog from '../frame/dialog.module.css'
import { useDecide } from './withdrawals.ts'

const DECISIONS = modelDecisionBodySchema.shape.decision.options

/** A model learned from somebody who has withdrawn since: what becomes of it, and why. */
export function DecisionDialog({ model, onClose }: { model: ModelWithdrawal; onClose: () => void }) {
  const text = useText()
  const decide = useDecide()
  const [decision, setDecision] = useState<NonNullable<ModelWithdrawal['decision']> | null>(model.decision)
  const [reason, setReason] = useState('')
  const ready = decision !== null && reason.trim().length >= 3
  return (
    <Dialog onClose={onClose} title={text('decision.title', { version: model.modelVersion })}>
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (decision !== null && ready)
            decide.mutate({ id: model.id, decision, reason: reason.trim() }, { onSuccess: onClose })
        }}
      >
        <p>{text('decision.explanation')}</p>
        <Radio.Group
          label={text('decision.what')}
          value={decision}
          onChange={(value) => setDecision(DECISIONS.find((known) => known === value) ?? null)}
        >
          <div className={dialog.form}>
            {DECISIONS.map((value) => (
              <Radio
                key={value}
                value={value}
                label={text(`modelWithdrawal.${value}`)}
                description={text(`decision.${value}`)}
                data-testid={`decision-${value}`}
              />
            ))}
          </div>
        </Radio.Group>
        <Textarea
          label={text('approve.reason')}
          required
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-testid="decision-reason"
        />
        <DialogActions
          request={decide}
          submit={text('decision.submit')}
          testId="decision-submit"
          onClose={onClose}
          disabled={!ready}
        />
      </form>
    </Dialog>
  )
}
