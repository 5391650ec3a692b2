import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { useFreeze } from './datasets.ts'
import { FreezeForm } from './FreezeForm.tsx'

/** Freezes all that is labelled and usable now under a name; what comes later is another version. */
export function FreezeDialog({ onClose }: { onClose: () => void }) {
  const text = useText()
  const freeze = useFreeze()
  return (
    <Dialog onClose={onClose} title={text('freeze.title')}>
      <FreezeForm
        explanation={text('freeze.explanation')}
        request={freeze}
        onFreeze={(named) => freeze.mutate(named, { onSuccess: onClose })}
        onClose={onClose}
      />
    </Dialog>
  )
}
