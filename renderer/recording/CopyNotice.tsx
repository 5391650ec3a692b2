import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconCopyOff } from '@tabler/icons-react'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { useAppText } from '../app/useAppText.ts'

/** The desktop app's second copy could not be written: what is recorded is kept once, and goes on. */
export function CopyNotice() {
  const text = useAppText()
  const count = useLive(useBedside().missingCopies)
  if (count === 0) return null
  return (
    <Panel
      tone="warn"
      icon={IconCopyOff}
      title={text('copy.missing', { count })}
      aria-live="polite"
      data-testid="copy-notice"
    >
      <p>{text('copy.next')}</p>
    </Panel>
  )
}
