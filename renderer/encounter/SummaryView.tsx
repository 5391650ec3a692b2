import { Button, Switch } from '@mantine/core'
import { isUnlike } from '@spira/shared/model/familiarity.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { FormattedDate, useIntl } from 'react-intl'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { byAlarm } from '../assessment/alarm.ts'
import { NextSteps } from '../assessment/NextSteps.tsx'
import { EarlierReadings } from '../assessment/ReadAgain.tsx'
import { RedoneNote } from '../assessment/RedoneNote.tsx'
import { Facts } from '../app/Facts.tsx'
import { Page } from '../app/Page.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import { AnswersFacts } from '../forms/AnswersFacts.tsx'
import { LabelHistory } from '../labels/LabelHistory.tsx'
import styles from './SummaryView.module.css'
import { unbroken } from './unbroken.ts'

/** An encounter on paper. Without identity unless a person asks for it on this very page, each time. */
export function SummaryView({ encounterId }: { encounterId: string }) {
  const { encounters } = useBedside()
  const detail = useLive(useMemo(() => encounters.detail(encounterId), [encounters, encounterId]))
  return detail === null ? null : <Summary detail={detail} />
}

function Summary({ detail }: { detail: EncounterDetail }) {
  const text = useAppText()
  const [withIdentity, setWithIdentity] = useState(false)
  const { draft, identity, takes, labels, protocol } = detail
  const { participant } = draft
  const code = unbroken(participant.code)
  const worst = byAlarm(takes)[0]
  return (
    <Page
      title={text('summary.title', { code })}
      width="narrow"
      aside={
        <div className={styles.tools}>
          <Button
            component={Link}
            to={`/encounter/${draft.id}`}
            variant="subtle"
            leftSection={<IconArrowLeft size="1.25rem" />}
          >
            {text('form.back')}
          </Button>
          <Button leftSection={<IconPrinter size="1.375rem" />} onClick={() => print()} data-testid="print">
            {text('summary.print')}
          </Button>
        </div>
      }
    >
      {identity !== null && (
        <Switch
          className={styles.choice}
          label={text('summary.withIdentity')}
          checked={withIdentity}
          onChange={(event) => setWithIdentity(event.currentTarget.checked)}
          data-testid="with-identity"
        />
      )}
      <article className={styles.paper} data-testid="summary">
        <Facts
          facts={[
            [text('participant.label'), code],
            ...(withIdentity && identity !== null
              ? [
                  [text('participant.initials'), identity.initials] as const,
                  [text('participant.recordNumber'), identity.recordNumber] as const,
                ]
              : []),
            [text('participant.sex'), text(`sex.${participant.sex ?? 'unknown'}`)],
            [
              text('participant.ageLabel'),
              participant.ageYears === undefined
                ? text('sex.unknown')
                : text('participant.years', { years: participant.ageYears }),
            ],
            [
              text('saved.started'),
              <FormattedDate key="started" value={draft.startedAt} dateStyle="medium" timeStyle="short" />,
            ],
            [text('saved.operator'), draft.operatorCode],
            [
              text('step.consent'),
              draft.consent === null
                ? text('summary.noConsent')
                : `${draft.consent.textVersion} · ${draft.consent.language}`,
            ],
            [text('summary.protocol'), String(protocol.version)],
          ]}
        />
        <h2>{text('step.result')}</h2>
        <Results takes={takes} />
        <RedoneNote takes={takes} />
        {worst?.outcome.status === 'scored' && <NextSteps decision={worst.outcome.assessment.decision} />}
        <h2>{text('step.answers')}</h2>
        <AnswersFacts detail={detail} />
        <h2>{text('label.title')}</h2>
        {labels.length === 0 ? <p>{text('worklist.labelMissing')}</p> : <LabelHistory labels={labels} />}
        <p className={styles.use}>{text('intendedUse.not-a-diagnosis')}</p>
      </article>
    </Page>
  )
}

function Results({ takes }: Pick<EncounterDetail, 'takes'>) {
  const text = useAppText()
  const { language } = useLanguage()
  const { formatNumber } = useIntl()
  const counting = byAlarm(takes)
  if (counting.length === 0) return <p>{text('summary.noRecording')}</p>
  const percent = (share: number) => formatNumber(share, { style: 'percent', maximumFractionDigits: 0 })
  return (
    <ul className={styles.results} lang={language}>
      {counting.map((take) => (
        <li key={take.recordingId}>
          <strong>{text(`task.${take.task}`)}</strong>: {resultWords(take)}
          <EarlierReadings earlier={take.earlier} />
        </li>
      ))}
    </ul>
  )

  /** A score never stands without threshold, model version and intended use (promise 3). */
  function resultWords({ outcome, quality }: EncounterDetail['takes'][number]): string {
    if (outcome.status === 'refused') return text('refused.title')
    if (outcome.status === 'failed')
      return text(outcome.reason === 'task_not_assessed' ? 'outcome.notScored' : 'outcome.failed')
    const { decision, probability, interval, familiarity, threshold, model, intendedUse } = outcome.assessment
    const between =
      interval === undefined
        ? text('score.noInterval')
        : text('score.between', { low: percent(interval.low), high: percent(interval.high) })
    const unlike = isUnlike(familiarity)
    return text('summary.result', {
      decision: `${text(`decision.${decision}`)}${unlike ? ` (${text('likeness.unlike')})` : ''}`,
      probability: `${percent(probability)} (${between})`,
      threshold: percent(threshold),
      version: model.version,
      quality: text(`quality.${quality.verdict}`),
      use: text(`intendedUse.${intendedUse}`),
    })
  }
}
