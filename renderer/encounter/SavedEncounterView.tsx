import { Button } from '@mantine/core'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { FormattedDate } from 'react-intl'
import { OutcomePanel } from '../assessment/OutcomePanel.tsx'
import { QualityPanel } from '../assessment/QualityPanel.tsx'
import { EarlierReadings, ReadAgain } from '../assessment/ReadAgain.tsx'
import { RedoneNote } from '../assessment/RedoneNote.tsx'
import { SavedTakeDetails } from '../assessment/SavedTakeDetails.tsx'
import { Facts } from '../app/Facts.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import { AnswersFacts } from '../forms/AnswersFacts.tsx'
import { LabelForm } from '../labels/LabelForm.tsx'
import { LabelHistory } from '../labels/LabelHistory.tsx'
import { TakePlayer } from '../recording/TakePlayer.tsx'
import { ENCOUNTER_SYNC_LOOK } from '../sync/syncLook.ts'
import { WithdrawAction } from '../withdrawal/WithdrawAction.tsx'
import { PatientBanner } from './PatientBanner.tsx'
import styles from './SavedEncounterView.module.css'

/** An encounter after it was saved: nothing in it changes any more, labels are added. */
export function SavedEncounterView({ detail }: { detail: EncounterDetail }) {
  const text = useAppText()
  const navigate = useNavigate()
  const { draft, takes, labels, sync } = detail
  return (
    <>
      <PatientBanner detail={detail}>
        <div className={styles.tools}>
          <Button
            component={Link}
            to={`/summary/${draft.id}`}
            variant="subtle"
            leftSection={<IconPrinter size="1.25rem" />}
            data-testid="to-summary"
          >
            {text('summary.open')}
          </Button>
          <Button
            component={Link}
            to="/"
            variant="subtle"
            leftSection={<IconArrowLeft size="1.25rem" />}
            data-testid="back-to-worklist"
          >
            {text('frame.home')}
          </Button>
        </div>
      </PatientBanner>
      <Page
        title={text('saved.title')}
        aside={
          <ToneBadge {...ENCOUNTER_SYNC_LOOK[sync]} aria-live="polite" data-testid="encounter-sync" data-sync={sync}>
            {text(`sync.encounter.${sync}`)}
          </ToneBadge>
        }
      >
        <div className={styles.columns}>
          <div className={styles.stack}>
            <ReadAgain encounterId={draft.id} takes={takes} />
            <RedoneNote takes={takes} />
            {takes.map((take) => (
              <Card key={take.recordingId}>
                <div className={styles.takeHead}>
                  <h2>{text(`task.${take.task}`)}</h2>
                  <span>
                    <FormattedDate value={take.startedAt} timeStyle="short" />
                    {take.state === 'rejected' && ` · ${text('saved.rejected')}`}
                  </span>
                </div>
                <TakePlayer take={take} />
                {take.state !== 'rejected' && <OutcomePanel outcome={take.outcome} />}
                <EarlierReadings earlier={take.earlier} />
                <QualityPanel quality={take.quality} />
                {take.audio === 'here' && take.state !== 'rejected' && take.outcome.status !== 'refused' && (
                  <SavedTakeDetails take={take} sex={draft.participant.sex} />
                )}
              </Card>
            ))}
          </div>
          <div className={styles.stack}>
            <Card label={text('label.title')}>
              <h2>{text('label.title')}</h2>
              {labels.length > 0 && <LabelHistory labels={labels} />}
              <LabelForm key={labels.length} encounterId={draft.id} current={labels[0]} typed={detail.typedLabel} />
            </Card>
            <EncounterFacts detail={detail} />
            <WithdrawAction
              participantId={draft.participant.id}
              code={draft.participant.code}
              onErased={() => void navigate({ to: '/' })}
            />
          </div>
        </div>
      </Page>
    </>
  )
}

function EncounterFacts({ detail }: { detail: EncounterDetail }) {
  const text = useAppText()
  const { draft, protocol } = detail
  return (
    <Card label={text('saved.facts')}>
      <h2>{text('saved.facts')}</h2>
      <Facts
        facts={[
          [
            text('saved.started'),
            <FormattedDate key="started" value={draft.startedAt} dateStyle="medium" timeStyle="short" />,
          ],
          [text('saved.operator'), draft.operatorCode],
          [
            text('step.consent'),
            draft.consent === null ? '' : `${draft.consent.textVersion} · ${draft.consent.language}`,
          ],
          [text('summary.protocol'), String(protocol.version)],
        ]}
      />
      <AnswersFacts detail={detail} />
    </Card>
  )
}
