import type { Task } from '@spira/shared/protocol/records.ts'
import { AudioPlayer } from '@spira/shared/ui/AudioPlayer.tsx'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconCloudCheck } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { Take } from '../bedside/bedside.ts'

/** Hears a take, or says where its audio is. */
export function TakePlayer({
  take: { recordingId, task, audio },
}: {
  take: Pick<Take, 'recordingId' | 'task' | 'audio'>
}) {
  const text = useAppText()
  if (audio === 'here') return <HerePlayer recordingId={recordingId} task={task} />
  return (
    <Panel tone="plain" icon={IconCloudCheck} title={text('take.atServer')} data-testid="audio-at-server">
      <p>{text('take.atServerWhy')}</p>
    </Panel>
  )
}

/** The audio is opened from the encrypted journal when it is shown, and let go afterwards. */
function HerePlayer({ recordingId, task }: { recordingId: string; task: Task }) {
  const text = useAppText()
  const { recorder } = useBedside()
  const [audio, setAudio] = useState<Blob | null>(null)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    let current = true
    recorder.audio(recordingId).then(
      (blob) => current && setAudio(blob),
      (failure: unknown) => current && setError(failure),
    )
    return () => {
      current = false
    }
  }, [recorder, recordingId])
  if (error !== null) return <FailurePanel error={error} />
  return audio === null ? <div style={{ height: 64 }} /> : <AudioPlayer source={audio} label={text(`task.${task}`)} />
}
