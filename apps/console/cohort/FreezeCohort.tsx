import type { Cohort } from '@spira/shared/protocol/cohortApi.ts'
import { useNavigate } from '@tanstack/react-router'
import { useText } from '../catalogue.ts'
import { FreezeForm } from '../datasets/FreezeForm.tsx'
import { Dialog } from '../frame/Dialog.tsx'
import { useFreezeCohort } from './cohort.ts'

/** Names the cohort and freezes it: what it holds then never changes. */
export function FreezeCohort({ cohort, onClose }: { cohort: Cohort; onClose: () => void }) {
  const text = useText()
  const navigate = useNavigate()
  const freeze = useFreezeCohort()
  return (
    <Dialog onClose={onClose} title={text('cohort.freezeTitle')}>
      <FreezeForm
        explanation={text('cohort.freezeExplanation')}
        request={freeze}
        onFreeze={(named) =>
          freeze.mutate({ ...named, cohort }, { onSuccess: () => void navigate({ to: '/datasets' }) })
        }
        onClose={onClose}
      />
    </Dialog>
  )
}
