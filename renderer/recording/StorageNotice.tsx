import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconDatabaseExclamation } from '@tabler/icons-react'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { useAppText } from '../app/useAppText.ts'

/** Before it is too late: little room is left, or none. */
export function StorageNotice() {
  const text = useAppText()
  const { room, minutesLeft } = useLive(useBedside().storage)
  if (room === 'enough' || room === 'unknown') return null
  return (
    <Panel
      tone={room === 'full' ? 'alarm' : 'warn'}
      icon={IconDatabaseExclamation}
      title={room === 'full' ? text('storage.full') : text('storage.low', { minutes: minutesLeft ?? 0 })}
      aria-live="polite"
      data-testid="storage-notice"
      data-room={room}
    >
      <p>{text('storage.next')}</p>
    </Panel>
  )
}
