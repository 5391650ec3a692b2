import { Button, NativeSelect } from '@mantine/core'
import { type Task, taskSchema } from '@spira/shared/protocol/records.ts'
import { IconMicrophone, IconPlayerStopFilled } from '@tabler/icons-react'
import { useCallback, useEffect, useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAppText } from '../app/useAppText.ts'
import { codeOf } from '../app/failure.ts'
import type { ActiveRecording, Take } from '../bedside/bedside.ts'
import type { CutShort } from '../encounter/EncounterView.tsx'
import { rememberedMicrophone } from '../encounter/remembered.ts'
import { LevelMeter } from './LevelMeter.tsx'
import { LiveWaveform } from './LiveWaveform.tsx'
import { microphoneCode, MicrophoneErrorPanel } from './MicrophoneErrorPanel.tsx'
import styles from './RecordView.module.css'
import { TaskPrompt } from './TaskPrompt.tsx'
import { useMicrophones } from './useMicrophones.ts'
import { usePedal } from './usePedal.ts'
import { useRecording } from './useRecording.ts'

const TASKS = taskSchema.options

interface RecordViewProps {
  readonly encounterId: string
  readonly onRecording: (recording: boolean) => void
  readonly onCutShort: (cutShort: CutShort | null) => void
  readonly onTaken: () => void
}

/** Step 4: what to say, how loud it is, start and stop. */
export function RecordView({ encounterId, onRecording, onCutShort, onTaken }: RecordViewProps) {
  const text = useAppText()
  const { recorder } = useBedside()
  const [task, setTask] = useState<Task>('read-sentence')
  const [microphoneId, setMicrophoneId] = useState(rememberedMicrophone.get)
  const taken = useCallback(
    (take: Take, recording: ActiveRecording) => {
      const { problem } = recording.live.get()
      onCutShort(problem === null ? null : { recordingId: take.recordingId, problem })
      onTaken()
    },
    [onCutShort, onTaken],
  )
  const { phase, active, error, start, stop } = useRecording(recorder, taken)
  const microphones = useMicrophones(recorder)
  const chosen = microphones.find((microphone) => microphone.deviceId === microphoneId)
  const busy = phase !== 'idle'

  useEffect(() => {
    onRecording(busy)
    return () => onRecording(false)
  }, [busy, onRecording])

  const toggle = () => {
    if (phase === 'recording') stop()
    else if (phase === 'idle')
      start({ encounterId, task, ...(chosen === undefined ? {} : { microphoneId: chosen.deviceId }) })
  }
  usePedal(toggle)

  const microphoneProblem = error === null ? null : microphoneCode(codeOf(error))
  return (
    <Page title={text('step.record')}>
      {microphoneProblem !== null && <MicrophoneErrorPanel code={microphoneProblem} />}
      {microphoneProblem === null && <FailurePanel error={error} />}
      <div className={styles.columns}>
        <Card label={text('record.prompt')}>
          <NativeSelect
            label={text('record.task')}
            data-testid="task"
            disabled={busy}
            value={task}
            onChange={(event) => setTask(TASKS.find((t) => t === event.currentTarget.value) ?? task)}
            data={TASKS.map((value) => ({ value, label: text(`task.${value}`) }))}
          />
          <TaskPrompt task={task} />
        </Card>
        <Card label={text('record.controls')}>
          <LiveWaveform recording={active} />
          {active === null ? (
            <p className={styles.hint}>{phase === 'starting' ? text('record.starting') : text('record.hint')}</p>
          ) : (
            <LevelMeter active={active} />
          )}
          <Button
            className={styles.button}
            size="xl"
            fullWidth
            variant={phase === 'recording' || phase === 'stopping' ? 'ink' : 'filled'}
            loading={phase === 'starting' || phase === 'stopping'}
            leftSection={
              phase === 'recording' ? <IconPlayerStopFilled size="1.625rem" /> : <IconMicrophone size="1.625rem" />
            }
            // A held key must not start and stop in one breath.
            onKeyDown={(event) => event.repeat && event.preventDefault()}
            onClick={toggle}
            data-testid={phase === 'recording' || phase === 'stopping' ? 'stop-recording' : 'start-recording'}
          >
            {phase === 'recording' || phase === 'stopping' ? text('record.stop') : text('record.start')}
          </Button>
          {microphones.length > 0 && (
            <NativeSelect
              label={text('record.microphone')}
              data-testid="microphone"
              disabled={busy}
              value={chosen?.deviceId ?? microphones[0]?.deviceId ?? ''}
              onChange={(event) => {
                rememberedMicrophone.set(event.currentTarget.value)
                setMicrophoneId(event.currentTarget.value)
              }}
              data={microphones.map(({ deviceId, label }, index) => ({
                value: deviceId,
                label: label === '' ? text('record.microphoneNumber', { number: index + 1 }) : label,
              }))}
            />
          )}
        </Card>
      </div>
    </Page>
  )
}
