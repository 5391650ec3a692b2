import { Button, SegmentedControl } from '@mantine/core'
import { IconDeviceFloppy, IconMicrophone, IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { ActionsBar } from '../app/ActionsBar.tsx'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import type { CutShort } from '../encounter/EncounterView.tsx'
import { MicrophoneErrorPanel } from '../recording/MicrophoneErrorPanel.tsx'
import { TakePlayer } from '../recording/TakePlayer.tsx'
import { OutcomePanel } from './OutcomePanel.tsx'
import { QualityPanel } from './QualityPanel.tsx'
import styles from './ResultView.module.css'

/** Step 5: what the take says and how good it is; save, do it again, or record another task. */
export function ResultView({ detail, cutShort }: { detail: EncounterDetail; cutShort: CutShort | null }) {
  const text = useAppText()
  const { encounters, recorder } = useBedside()
  const { id } = detail.draft
  const takes = detail.takes
    .filter((take) => take.state !== 'rejected')
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))
  const [shownId, setShownId] = useState<string | null>(null)
  const shown = takes.find((take) => take.recordingId === shownId) ?? takes[0]
  const save = useAction(() => encounters.complete(id))
  const record = useAction(() => encounters.update(id, { step: 'record' }))
  const redo = useAction(async (recordingId: string) => {
    await recorder.reject(recordingId)
    await encounters.update(id, { step: 'record' })
  })
  const busy = save.busy || record.busy || redo.busy
  const refused = shown?.outcome.status === 'refused'
  return (
    <Page title={text('step.result')}>
      <FailurePanel error={save.error ?? record.error ?? redo.error} />
      {shown !== undefined && cutShort?.recordingId === shown.recordingId && (
        <MicrophoneErrorPanel code={cutShort.problem} />
      )}
      {takes.length > 1 && (
        <SegmentedControl
          aria-label={text('result.takes')}
          value={shown?.recordingId ?? ''}
          onChange={setShownId}
          data={takes.map((take) => ({ value: take.recordingId, label: text(`task.${take.task}`) }))}
        />
      )}
      {shown !== undefined && (
        <div className={styles.columns}>
          <Card>
            <OutcomePanel outcome={shown.outcome} />
          </Card>
          <Card label={text('result.recording')}>
            <TakePlayer key={shown.recordingId} recordingId={shown.recordingId} task={shown.task} />
            <QualityPanel quality={shown.quality} />
          </Card>
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
          onClick={() => save.run()}
          data-testid="save-encounter"
        >
          {refused ? text('result.saveRefused') : text('result.save')}
        </Button>
      </ActionsBar>
    </Page>
  )
}
