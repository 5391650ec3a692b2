import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { FormattedDate } from 'react-intl'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { Facts } from '../app/Facts.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { NotFoundView } from '../app/NotFoundView.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import { useStill } from '../app/useStill.ts'
import type { ParticipantPage } from '../bedside/bedside.ts'
import { WorklistRows } from '../encounter/WorklistRows.tsx'
import rows from '../encounter/WorklistView.module.css'
import { WithdrawAction } from '../withdrawal/WithdrawAction.tsx'
import { ParticipantCharts } from './ParticipantCharts.tsx'
import styles from './ParticipantView.module.css'

/** One participant: who to this device, every encounter, and how the measures went over them. */
export function ParticipantView({ participantId }: { participantId: string }) {
  const { participants } = useBedside()
  const page = useLive(useMemo(() => participants.page(participantId), [participants, participantId]))
  return page === null ? <Missing /> : <Shown page={page} />
}

/** Before the device has answered, a participant is missing too: the sentence waits until it must be true. */
function Missing() {
  return useStill(true, 1500) ? <NotFoundView /> : null
}

function Shown({ page: { participant, identity, encounters } }: { page: ParticipantPage }) {
  const text = useAppText()
  const bedside = useBedside()
  const navigate = useNavigate()
  const repeat = useAction(async () => {
    const { id } = await bedside.encounters.start(bedside.operator.current.get(), participant.id)
    await navigate({ to: '/encounter/$encounterId', params: { encounterId: id } })
  })
  const { sex, ageYears } = participant
  return (
    <Page
      title={text('participant.title', { code: participant.code })}
      aside={
        <Button
          size="lg"
          leftSection={<IconPlus size="1.375rem" />}
          loading={repeat.busy}
          onClick={() => repeat.run()}
          data-testid="repeat-encounter"
        >
          {text('participant.repeat')}
        </Button>
      }
    >
      <FailurePanel error={repeat.error} />
      <div className={styles.columns}>
        <ParticipantCharts encounters={encounters} />
        <Card label={text('participant.label')}>
          <h2>{text('participant.label')}</h2>
          <Facts
            facts={[
              [text('participant.initials'), identity?.initials || text('participant.notGiven')],
              [text('participant.recordNumber'), identity?.recordNumber || text('participant.notGiven')],
              [text('participant.sex'), text(`sex.${sex ?? 'unknown'}`)],
              [
                text('participant.ageLabel'),
                ageYears === undefined ? text('sex.unknown') : text('participant.years', { years: ageYears }),
              ],
              [
                text('participant.since'),
                <FormattedDate key="since" value={participant.registeredAt} dateStyle="medium" />,
              ],
            ]}
          />
          <WithdrawAction
            participantId={participant.id}
            code={participant.code}
            onErased={() => void navigate({ to: '/' })}
          />
        </Card>
      </div>
      <section aria-label={text('participant.history')}>
        <h2 className={rows.day}>
          {text('participant.history')} · {text('participant.encounters', { count: encounters.length })}
        </h2>
        <WorklistRows encounters={encounters.toReversed()} withDate />
      </section>
    </Page>
  )
}
