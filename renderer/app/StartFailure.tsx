import { Button } from '@mantine/core'
import { ErrorPanel } from '@spira/shared/ui/ErrorPanel.tsx'
import { ShellRefusal } from '../shell/shellBridge.ts'
import { DiagnosticsButton } from './DiagnosticsButton.tsx'
import { codeOf } from './failure.ts'
import { Page } from './Page.tsx'
import { useAppText } from './useAppText.ts'

/** The device's storage could not be opened: nothing can be recorded, and this must be said instead of shown as an empty list. */
export function StartFailure({ error }: { error: unknown }) {
  const text = useAppText()
  const isNewer = codeOf(error) === 'schema-newer'
  // Of the shell's the desktop app's own sentence, in the language of the system.
  const happened = isNewer
    ? text('startFailure.newer')
    : error instanceof ShellRefusal
      ? error.message
      : text('startFailure.happened', { detail: codeOf(error) })
  return (
    <main>
      <Page title="Spira Edge" width="narrow">
        <ErrorPanel
          happened={happened}
          kept={text('startFailure.kept')}
          next={text(isNewer ? 'startFailure.newerNext' : 'startFailure.next')}
          action={<Button onClick={() => location.reload()}>{text('startFailure.again')}</Button>}
        />
        <div>
          <DiagnosticsButton />
        </div>
      </Page>
    </main>
  )
}
