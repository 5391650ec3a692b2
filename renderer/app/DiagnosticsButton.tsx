import { Button } from '@mantine/core'
import { IconFileDownload } from '@tabler/icons-react'
import { use } from 'react'
import { version } from '../package.json'
import { saveDiagnostics } from '../shell/diagnostics.ts'
import { BedsideContext } from './BedsideContext.tsx'
import { FailurePanel } from './FailurePanel.tsx'
import { useAction } from './useAction.ts'
import { useAppText } from './useAppText.ts'

/** Also where the app could not start: what there is to tell is told. */
export function DiagnosticsButton() {
  const text = useAppText()
  const bedside = use(BedsideContext)
  const save = useAction(() => saveDiagnostics(bedside, version))
  return (
    <>
      <FailurePanel error={save.error} />
      <Button
        variant="light"
        leftSection={<IconFileDownload size="1.25rem" aria-hidden />}
        loading={save.busy}
        onClick={() => save.run()}
        data-testid="save-diagnostics"
      >
        {text('about.diagnostics.save')}
      </Button>
    </>
  )
}
