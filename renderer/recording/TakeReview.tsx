import { Button } from '@mantine/core'
import type { ProtocolTask } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { KeptBecause } from '@spira/shared/protocol/quality.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { IconArrowRight, IconChartHistogram, IconRefresh } from '@tabler/icons-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { OutcomePanel } from '../assessment/OutcomePanel.tsx'
import { QualityPanel } from '../assessment/QualityPanel.tsx'
import { ActionsBar } from '../app/ActionsBar.tsx'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { MicrophoneErrorCode, Take } from '../bedside/bedside.ts'
import { CaptureFacts } from './CaptureFacts.tsx'
import { KeepQuestion } from './KeepQuestion.tsx'
import { MicrophoneErrorPanel } from './MicrophoneErrorPanel.tsx'
import { isAssessedTask, isUnexplained } from './take.ts'
import { TakePlayer } from './TakePlayer.tsx'
import styles from './TakeReview.module.css'
import { usePedal } from './usePedal.ts'

interface TakeReviewProps {
  readonly take: Take
  /** Set when the take ended by itself in a way that must be said. */
  readonly problem: MicrophoneErrorCode | null
  /** The task to go on with; null when every expected one has its take. */
  readonly next: ProtocolTask | null
  readonly onNext: () => void
  readonly onResult: () => void
  readonly onRedone: (recordingId: string) => void
}

/** A pedal that bounces must not run past what was just recorded. */
const SETTLED_MS = 800

/** After a task: how it sounds, how good it is, what it says; do it again, or go on. */
export function TakeReview({ take, problem, next, onNext, onResult, onRedone }: TakeReviewProps) {
  const text = useAppText()
  const { language } = useLanguage()
  const { recorder } = useBedside()
  const { recordingId, quality, capture, outcome, task } = take
  /** Where to go once the take is kept; null while nobody asks for it. */
  const [keptFor, setKeptFor] = useState<'next' | 'result' | null>(null)
  const keeping = keptFor !== null
  const shownSince = useRef(0)
  const refused = isUnexplained(quality)
  const goOn = next === null ? onResult : onNext
  const redo = useAction(async () => {
    await recorder.reject(recordingId)
    onRedone(recordingId)
  })
  const keep = useAction(async (because: KeptBecause) => {
    await recorder.keep(recordingId, because)
    setKeptFor(null)
    if (keptFor === 'result') onResult()
    else goOn()
  })
  const press = useCallback(() => {
    if (performance.now() - shownSince.current < SETTLED_MS || keeping) return
    if (refused) redo.run()
    else goOn()
  }, [refused, redo, goOn, keeping])
  usePedal(press)
  useEffect(() => {
    shownSince.current = performance.now()
  }, [])
  const way = next === null ? text('review.result') : text('review.next', { task: next.title[language] })
  const leave = () => (refused ? setKeptFor('next') : goOn())
  return (
    <>
      <FailurePanel error={redo.error} />
      {problem !== null && <MicrophoneErrorPanel code={problem} />}
      <div className={styles.columns} data-single={!isAssessedTask(task) || undefined}>
        <Card label={text('result.recording')}>
          <TakePlayer key={recordingId} take={take} />
          <QualityPanel quality={quality} />
          <CaptureFacts capture={capture} />
        </Card>
        {(isAssessedTask(task) || outcome.status === 'refused') && (
          <Card>
            <OutcomePanel outcome={outcome} />
          </Card>
        )}
      </div>
      <ActionsBar>
        <Button
          size="lg"
          variant={refused ? 'filled' : 'default'}
          leftSection={<IconRefresh size="1.375rem" />}
          disabled={redo.busy}
          onClick={() => redo.run()}
          data-testid="redo"
        >
          {text('result.redo')}
        </Button>
        {next !== null && (
          <Button
            size="lg"
            variant="default"
            leftSection={<IconChartHistogram size="1.375rem" />}
            onClick={refused ? () => setKeptFor('result') : onResult}
            data-testid="to-result"
          >
            {text('review.skip')}
          </Button>
        )}
        <Button
          size="lg"
          variant={refused ? 'default' : 'filled'}
          rightSection={<IconArrowRight size="1.375rem" />}
          onClick={leave}
          data-testid={next === null ? 'to-result' : 'next-task'}
        >
          {refused ? text('review.keep') : way}
        </Button>
      </ActionsBar>
      <KeepQuestion takes={1} opened={keeping} onClose={() => setKeptFor(null)} keep={keep} />
    </>
  )
}
