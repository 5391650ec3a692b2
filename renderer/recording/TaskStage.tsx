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
import { rememberedMicrophone, rememberedMicrophoneLabel } from '../encounter/remembered.ts'
import { LevelMeter } from './LevelMeter.tsx'
import { LiveSpectrogram } from './LiveSpectrogram.tsx'
import { LiveWaveform } from './LiveWaveform.tsx'
import { chooseMicrophone, type MicrophoneChoice, microphoneOf } from './microphoneChoice.ts'
import { microphoneCode, MicrophoneErrorPanel } from './MicrophoneErrorPanel.tsx'
import { MicrophoneGone } from './MicrophoneGone.tsx'
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
  /** It was agreed to record with another microphone while the usual one is not connected. */
  readonly otherAgreed: boolean
  readonly onOtherAgreed: () => void
  readonly onRecording: (recording: boolean) => void
  readonly onTaken: (take: Take, problem: MicrophoneErrorCode | null) => void
}

/** One task: what to do, what is heard, start and stop. */
export function TaskStage(props: TaskStageProps) {
  const { encounterId, task, spoken, otherAgreed, onOtherAgreed, onRecording, onTaken } = props
  const text = useAppText()
  const { recorder } = useBedside()
  const [remembered, setRemembered] = useState(() => ({
    deviceId: rememberedMicrophone.get(),
    label: rememberedMicrophoneLabel.get(),
  }))
  const [asking, setAsking] = useState(false)
  const taken = useCallback(
    (take: Take, recording: ActiveRecording) => onTaken(take, recording.live.get().problem),
    [onTaken],
  )
  const { phase, active, error, start, stop } = useRecording(recorder, taken)
  const microphones = useMicrophones(recorder)
  const choice = chooseMicrophone(microphones ?? [], remembered)
  const chosen = microphoneOf(choice)
  const isRoom = task.task === 'ambient-noise'
  const busy = phase !== 'idle'
  const running = phase === 'recording' || phase === 'stopping'

  useEffect(() => {
    onRecording(busy)
    return () => onRecording(false)
  }, [busy, onRecording])

  const begin = (made: MicrophoneChoice) => {
    const microphoneId = microphoneOf(made)?.deviceId
    start({ encounterId, task: task.task, times: task, ...(microphoneId === undefined ? {} : { microphoneId }) })
  }
  /** Whoever is quicker than the list of microphones must not record with another than the usual one. */
  const beginOrAsk = async () => {
    const found = microphones ?? (await recorder.microphones().catch(() => []))
    const made = chooseMicrophone(found, remembered)
    if (made.kind === 'gone' && !otherAgreed) setAsking(true)
    else begin(made)
  }
  const toggle = () => {
    if (phase === 'recording') stop()
    else if (phase === 'idle') void beginOrAsk()
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
          {choice.kind === 'gone' && (
            <MicrophoneGone
              choice={choice}
              asking={asking}
              onClose={() => setAsking(false)}
              onAgreed={() => {
                setAsking(false)
                onOtherAgreed()
                begin(choice)
              }}
            />
          )}
          {!busy && (
            <MicrophonePanel
              microphones={microphones ?? []}
              chosen={chosen}
              onChoose={(microphone) => {
                rememberedMicrophone.set(microphone.deviceId)
                rememberedMicrophoneLabel.set(microphone.label)
                setRemembered(microphone)
              }}
              disabled={busy}
            />
          )}
        </Card>
      </div>
    </>
  )
}
