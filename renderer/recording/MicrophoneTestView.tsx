import { Button } from '@mantine/core'
import { AudioPlayer } from '@spira/shared/ui/AudioPlayer.tsx'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconCircleCheck, IconPlayerStopFilled, IconMicrophone } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { Findings } from '../assessment/Findings.tsx'
import { useBedside } from '../app/BedsideContext.tsx'
import { codeOf } from '../app/failure.ts'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { MicrophoneTest } from '../bedside/bedside.ts'
import { CaptureFacts } from './CaptureFacts.tsx'
import { LevelBar } from './LevelMeter.tsx'
import { LiveSpectrogram } from './LiveSpectrogram.tsx'
import { LiveWaveform } from './LiveWaveform.tsx'
import styles from './MicrophonePanel.module.css'
import { microphoneCode, MicrophoneErrorPanel } from './MicrophoneErrorPanel.tsx'

type Heard = Awaited<ReturnType<MicrophoneTest['stop']>>

/** Say a sentence, see it, hear it back, and read what the system does to the sound. Nothing is kept. */
export function MicrophoneTestView({ microphoneId }: { microphoneId: string | undefined }) {
  const text = useAppText()
  const { recorder } = useBedside()
  const [running, setRunning] = useState<MicrophoneTest | null>(null)
  const [capture, setCapture] = useState<MicrophoneTest['capture'] | null>(null)
  const [heard, setHeard] = useState<Heard | null>(null)
  const [error, setError] = useState<unknown>(null)
  const open = useRef<MicrophoneTest | null>(null)

  useEffect(
    () => () => {
      open.current?.stop().catch(() => undefined)
    },
    [],
  )

  const start = async () => {
    setError(null)
    setHeard(null)
    try {
      const test = await recorder.testMicrophone(microphoneId)
      open.current = test
      setRunning(test)
      setCapture(test.capture)
    } catch (failure) {
      setError(failure)
    }
  }
  const stop = async (test: MicrophoneTest) => {
    try {
      const result = await test.stop()
      setHeard(result)
      setCapture(result.capture)
    } catch (failure) {
      setError(failure)
    } finally {
      open.current = null
      setRunning(null)
    }
  }
  const microphoneProblem = error === null ? null : microphoneCode(codeOf(error))
  return (
    <div className={styles.test}>
      <p>{text('microphoneTest.words')}</p>
      {microphoneProblem !== null && <MicrophoneErrorPanel code={microphoneProblem} />}
      {microphoneProblem === null && <FailurePanel error={error} />}
      <div className={styles.meter}>
        <LiveWaveform recording={running} />
        <LiveSpectrogram sound={running} />
        {running !== null && <LevelBar live={running.live} />}
      </div>
      {running === null ? (
        <Button
          size="lg"
          leftSection={<IconMicrophone size="1.375rem" />}
          onClick={() => void start()}
          data-testid="microphone-test-start"
        >
          {text(heard === null ? 'microphoneTest.start' : 'microphoneTest.again')}
        </Button>
      ) : (
        <Button
          size="lg"
          variant="ink"
          leftSection={<IconPlayerStopFilled size="1.375rem" />}
          onClick={() => void stop(running)}
          data-testid="microphone-test-stop"
        >
          {text('record.stop')}
        </Button>
      )}
      {heard !== null && (
        <>
          <AudioPlayer source={heard.audio} label={text('microphoneTest.title')} />
          {heard.quality.findings.length === 0 ? (
            <Panel tone="good" icon={IconCircleCheck} title={text('microphoneTest.good')} />
          ) : (
            <Findings findings={heard.quality.findings} />
          )}
        </>
      )}
      {capture !== null && <CaptureFacts capture={capture} />}
    </div>
  )
}
