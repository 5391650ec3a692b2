import { Button, SegmentedControl } from '@mantine/core'
import { isUnlike } from '@spira/shared/model/familiarity.ts'
import type { KeptBecause } from '@spira/shared/protocol/quality.ts'
import { IconDeviceFloppy, IconMicrophone, IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { ActionsBar } from '../app/ActionsBar.tsx'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { Question } from '../app/Question.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import { MissingAnswers } from '../forms/MissingAnswers.tsx'
import { KeepQuestion } from '../recording/KeepQuestion.tsx'
import { isUnexplained } from '../recording/take.ts'
import { lacksSpokenConsent } from '../recording/taskOrder.ts'
import { TakePlayer } from '../recording/TakePlayer.tsx'
import { byAlarm } from './alarm.ts'
import { MeaningHere } from './MeaningHere.tsx'
import { OutcomePanel } from './OutcomePanel.tsx'
import { QualityPanel } from './QualityPanel.tsx'
import { RedoneNote } from './RedoneNote.tsx'
import styles from './ResultView.module.css'
import { TakeDetails } from './TakeDetails.tsx'

/** Step 5: what the encounter's takes say, how far to trust it, what it means here and what to do; then save. */
export function ResultView({ detail }: { detail: EncounterDetail }) {
  const text = useAppText()
  const { encounters, recorder, models } = useBedside()
  const { active } = useLive(models.state)
  const { id, participant } = detail.draft
  const takes = byAlarm(detail.takes)
  const [shownId, setShownId] = useState<string | null>(null)
  const shown = takes.find((take) => take.recordingId === shownId) ?? takes[0]
  const unexplained = takes.filter(({ quality }) => isUnexplained(quality))
  const unspoken = lacksSpokenConsent(detail.protocol.tasks, detail.takes)
  const [asks, setAsks] = useState<'consent' | 'why' | null>(null)
  const leave = () => setAsks(null)
  const keep = useAction(async (because: KeptBecause) => {
    for (const { recordingId } of unexplained) await recorder.keep(recordingId, because)
    leave()
    await encounters.complete(id)
  })
  const save = useAction(async () => {
    if (unexplained.length > 0) setAsks('why')
    else await encounters.complete(id)
  })
  const record = useAction(() => encounters.update(id, { step: 'record' }))
  const redo = useAction(async (recordingId: string) => {
    await recorder.reject(recordingId)
    await encounters.update(id, { step: 'record' })
  })
  const busy = save.busy || record.busy || redo.busy || keep.busy
  const refused = shown?.outcome.status === 'refused'
  const assessment = shown?.outcome.status === 'scored' ? shown.outcome.assessment : null
  const manifest = active?.manifest.modelId === assessment?.model.id ? active?.manifest : undefined
  return (
    <Page title={text('step.result')}>
      <FailurePanel error={save.error ?? record.error ?? redo.error} />
      {takes.length > 1 && (
        <SegmentedControl
          className={styles.takes}
          aria-label={text('result.takes')}
          value={shown?.recordingId ?? ''}
          onChange={setShownId}
          data={takes.map((take) => ({ value: take.recordingId, label: text(`task.${take.task}`) }))}
        />
      )}
      {shown !== undefined && (
        <div className={styles.columns}>
          <div className={styles.stack}>
            <Card>
              <OutcomePanel outcome={shown.outcome} />
              <RedoneNote takes={detail.takes} />
            </Card>
            {assessment !== null && manifest !== undefined && !isUnlike(assessment.familiarity) && (
              <Card label={text('meaning.title')}>
                <MeaningHere decision={assessment.decision} manifest={manifest} />
              </Card>
            )}
          </div>
          <div className={styles.stack}>
            <MissingAnswers detail={detail} />
            <Card label={text('result.recording')}>
              <TakePlayer key={shown.recordingId} take={shown} />
              <QualityPanel quality={shown.quality} />
              {!refused && <TakeDetails key={`details-${shown.recordingId}`} take={shown} sex={participant.sex} />}
            </Card>
          </div>
        </div>
      )}
      <ActionsBar>
        {shown !== undefined && (
          <Button
            size="lg"
            variant={refused ? 'filled' : 'default'}
            leftSection={<IconRefresh size="1.375rem" />}
            disabled={busy}
            onClick={() => redo.run(shown.recordingId)}
            data-testid="redo"
          >
            {text('result.redo')}
          </Button>
        )}
        <Button
          size="lg"
          variant="default"
          leftSection={<IconMicrophone size="1.375rem" />}
          disabled={busy}
          onClick={() => record.run()}
          data-testid="record-another"
        >
          {text('result.another')}
        </Button>
        <Button
          size="lg"
          variant={refused ? 'default' : 'filled'}
          leftSection={<IconDeviceFloppy size="1.375rem" />}
          disabled={busy}
          loading={save.busy}
          onClick={unspoken ? () => setAsks('consent') : () => save.run()}
          data-testid="save-encounter"
        >
          {refused ? text('result.saveRefused') : text('result.save')}
        </Button>
      </ActionsBar>
      <Question
        opened={asks === 'consent'}
        onClose={leave}
        title={text('consent.unspoken')}
        words={text('consent.unspokenWords')}
        action={save}
        actionName={text('consent.unspokenSave')}
        testId="save-unspoken"
      />
      <KeepQuestion takes={unexplained.length} opened={asks === 'why'} onClose={leave} keep={keep} />
    </Page>
  )
}
