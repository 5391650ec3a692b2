import { Button } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconRefresh } from '@tabler/icons-react'
import { FormattedDate, useIntl } from 'react-intl'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { Take } from '../bedside/bedside.ts'
import styles from './MeaningHere.module.css'

/** Offers what an earlier model read, or none could, to the one in use: on request, never by itself. */
export function ReadAgain({ encounterId, takes }: { encounterId: string; takes: readonly Take[] }) {
  const text = useAppText()
  const { recorder, models } = useBedside()
  const { active } = useLive(models.state)
  const read = useAction(() => recorder.readAgain(encounterId))
  const unread = takes.some(
    ({ state, outcome }) =>
      state !== 'rejected' &&
      (outcome.status === 'scored'
        ? outcome.assessment.model.sha256 !== active?.manifest.onnx.sha256
        : outcome.status === 'failed' && outcome.reason !== 'task_not_assessed'),
  )
  if (active === null || (!unread && read.error === null)) return null
  return (
    <Panel
      tone="plain"
      icon={IconRefresh}
      title={text('readAgain.offer', { version: active.manifest.version })}
      data-testid="read-again"
    >
      <p>{text('readAgain.words')}</p>
      <FailurePanel error={read.error} />
      <Button variant="light" loading={read.busy} onClick={() => read.run()} data-testid="read-again-do">
        {text('readAgain.do')}
      </Button>
    </Panel>
  )
}

/** What earlier model versions said of a take. */
export function EarlierReadings({ earlier }: Pick<Take, 'earlier'>) {
  const text = useAppText()
  const { formatNumber } = useIntl()
  if (earlier.length === 0) return null
  return (
    <ul className={styles.earlier} aria-label={text('readAgain.earlier')} data-testid="earlier-readings">
      {earlier.map(({ id, decision, probability, model, madeAt }) => (
        <li key={id}>
          <FormattedDate value={madeAt} dateStyle="medium" timeStyle="short" /> ·{' '}
          {text('readAgain.made', {
            decision: text(`decision.${decision}`),
            probability: formatNumber(probability, { style: 'percent', maximumFractionDigits: 0 }),
            version: model.version,
          })}
        </li>
      ))}
    </ul>
  )
}
