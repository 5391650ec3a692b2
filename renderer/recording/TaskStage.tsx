import { Button } from '@mantine/core'
import type { ProtocolTask } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { Language } from '@spira/shared/ui/languages.ts'
import { IconMicrophone, IconPlayerStopFilled } from '@tabler/icons-react'
import { useCallback, useEffect, useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { codeOf } from '../app/failure.ts'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card } from '../app/Page.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { ActiveRecording, MicrophoneErrorCode, Take } from '../bedside/bedside.ts'
import { rememberedMicrophone } from '../encounter/remembered.ts'
import { LevelMeter } from './LevelMeter.tsx'
import { LiveSpectrogram } from './LiveSpectrogram.tsx'
import { LiveWaveform } from './LiveWaveform.tsx'
import { microphoneCode, MicrophoneErrorPanel } from './MicrophoneErrorPanel.tsx'
import { MicrophonePanel } from './MicrophonePanel.tsx'
import styles from './TaskStage.module.css'
import { TaskPrompt } from './TaskPrompt.tsx'
import { useMicrophones } from './useMicrophones.ts'
import { usePedal } from './usePedal.ts'
import { useRecording } from './useRecording.ts'

interface TaskStageProps {
  readonly encounterId: string
  readonly task: ProtocolTask
  /** The language the patient speaks. */
  readonly spoken: Language
  readonly onRecording: (recording: boolean) => void
  readonly onTaken: (take: Take, problem: MicrophoneErrorCode | null) => void
}

/** One task: what to do, what is heard, start and stop. */
export function TaskStage({ encounterId, task, spoken, onRecording, onTaken }: TaskStageProps) {
  const text = useAppText()
  const { recorder } = useBedside()
  const [microphoneId, setMicrophoneId] = useState(rememberedMicrophone.get)
  const taken = useCallback(
    (take: Take, recording: ActiveRecording) => onTaken(take, recording.live.get().problem),
    [onTaken],
  )
  const { phase, active, error, start, stop } = useRecording(recorder, taken)
  const microphones = useMicrophones(recorder)
  const chosen = microphones.find(({ deviceId }) => deviceId === microphoneId)
  const isRoom = task.task === 'ambient-noise'
  const busy = phase !== 'idle'
  const running = phase === 'recording' || phase === 'stopping'

  useEffect(() => {
    onRecording(busy)
    return () => onRecording(false)
  }, [busy, onRecording])

  const toggle = () => {
    if (phase === 'recording') stop()
    else if (phase === 'idle')
      start({
        encounterId,
        task: task.task,
        times: task,
        ...(chosen === undefined ? {} : { microphoneId: chosen.deviceId }),
      })
  }
  usePedal(toggle)

  const microphoneProblem = error === null ? null : microphoneCode(codeOf(error))
  return (
    <>
      {microphoneProblem !== null && <MicrophoneErrorPanel code={microphoneProblem} />}
      {microphoneProblem === null && <FailurePanel error={error} />}
      <div className={styles.columns}>
        <Card label={text('record.prompt')}>
          <TaskPrompt task={task} spoken={spoken} />
        </Card>
        <Card label={text('record.controls')}>
          <div className={styles.sound}>
            <LiveWaveform recording={active} />
            <LiveSpectrogram sound={active} />
          </div>
          {active === null ? (
            <p className={styles.hint}>
              {text(phase === 'starting' ? 'record.starting' : isRoom ? 'record.hintRoom' : 'record.hint')}
            </p>
          ) : (
            <LevelMeter active={active} times={task} />
          )}
          <Button
            className={styles.button}
            size="xl"
            fullWidth
            variant={running ? 'ink' : 'filled'}
            loading={phase === 'starting' || phase === 'stopping'}
            leftSection={running ? <IconPlayerStopFilled size="1.625rem" /> : <IconMicrophone size="1.625rem" />}
            // A held key must not start and stop in one breath.
            onKeyDown={(event) => event.repeat && event.preventDefault()}
            onClick={toggle}
            data-testid={running ? 'stop-recording' : 'start-recording'}
          >
            {text(running ? 'record.stop' : 'record.start')}
          </Button>
          {!busy && (
            <MicrophonePanel
              microphones={microphones}
              chosen={chosen}
              onChoose={(deviceId) => {
                rememberedMicrophone.set(deviceId)
                setMicrophoneId(deviceId)
              }}
              disabled={busy}
            />
          )}
        </Card>
      </div>
    </>
  )
}
