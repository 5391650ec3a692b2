import { Button, Group } from '@mantine/core'
import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { DiagnosticsButton } from './DiagnosticsButton.tsx'
import { FailurePanel } from './FailurePanel.tsx'
import { Page } from './Page.tsx'
import { useAppText } from './useAppText.ts'

/** A view that could not be shown, in sentences and with the ways on: what was recorded and typed was on disk before it. */
export function ViewFailure({ error, reset }: ErrorComponentProps) {
  const text = useAppText()
  return (
    <Page title={text('viewFailure.title')} width="narrow">
      <FailurePanel
        error={error}
        action={
          <Group>
            <Button onClick={reset}>{text('startFailure.again')}</Button>
            <Button component={Link} to="/" variant="default">
              {text('frame.home')}
            </Button>
          </Group>
        }
      />
      <div>
        <DiagnosticsButton />
      </div>
    </Page>
  )
}
