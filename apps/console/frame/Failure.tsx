import { Button } from '@mantine/core'
import { ErrorPanel } from '@spira/shared/ui/ErrorPanel.tsx'
import { RequestFailure } from '../api/request.ts'
import { failureText } from '../api/failureText.ts'
import { useText } from '../catalogue.ts'

/** A request that failed, in its own sentence, with the way on. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const text = useText()
  return (
    <ErrorPanel
      happened={failureText(text, error)}
      kept={error instanceof RequestFailure ? error.kept : undefined}
      next={text(onRetry === undefined ? 'failure.correct' : 'failure.retry')}
      action={
        onRetry && (
          <Button variant="default" onClick={onRetry}>
            {text('failure.again')}
          </Button>
        )
      }
      data-testid="failure"
    />
  )
}
