import { Button } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconRefresh } from '@tabler/icons-react'
import { appUpdate } from './appUpdate.ts'
import { useLive } from './BedsideContext.tsx'
import { FailurePanel } from './FailurePanel.tsx'
import { useAction } from './useAction.ts'
import { useAppText } from './useAppText.ts'

/** A new version of the app is offered, never forced; shown on the worklist alone, so never during an encounter. */
export function UpdateOffer() {
  const text = useAppText()
  const offered = useLive(appUpdate.offered)
  const update = useAction(appUpdate.apply)
  if (!offered) return null
  return (
    <Panel tone="plain" icon={IconRefresh} title={text('update.offer')} data-testid="update-offer">
      <FailurePanel error={update.error} />
      <Button variant="light" loading={update.busy} onClick={() => update.run()} data-testid="update-now">
        {text('update.now')}
      </Button>
    </Panel>
  )
}
