import { Button } from '@mantine/core'
import { useText } from '../catalogue.ts'
import styles from './dialog.module.css'
import { Failure } from './Failure.tsx'

interface DialogActionsProps {
  /** What the form asks for: why it failed, and whether it is under way. */
  readonly request: { readonly error: Error | null; readonly isPending: boolean }
  readonly submit: string
  readonly testId: string
  readonly onClose: () => void
  readonly disabled?: boolean
  /** It takes something away. */
  readonly isDestructive?: boolean
}

/** The end of every dialog's form: what went wrong, a way back, and the act itself. */
export function DialogActions({ request, submit, testId, onClose, disabled, isDestructive }: DialogActionsProps) {
  const text = useText()
  return (
    <>
      {request.error !== null && <Failure error={request.error} />}
      <div className={styles.actions}>
        <Button variant="default" onClick={onClose}>
          {text('dialog.cancel')}
        </Button>
        <Button
          type="submit"
          loading={request.isPending}
          disabled={disabled ?? false}
          {...(isDestructive === true && { color: 'red' })}
          data-testid={testId}
        >
          {submit}
        </Button>
      </div>
    </>
  )
}
