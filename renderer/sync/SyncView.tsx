import { Button, Progress } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { FormattedDate, useIntl } from 'react-intl'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { Facts } from '../app/Facts.tsx'
import { failureOf } from '../app/failure.ts'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import { CarryCard } from './CarryCard.tsx'
import { MoveServerCard } from './MoveServerCard.tsx'
import { SyncSettingsCard } from './SyncSettingsCard.tsx'
import styles from './SyncView.module.css'
import { BADGE_LOOK, badgeStateOf, isExplained } from './syncLook.ts'

/** What the server has for sure, what it has not, why, and when the next attempt is. */
export function SyncView() {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const { sync, device } = useBedside()
  const state = useLive(sync.state)
  const enrolment = useLive(device.state)
  const send = useAction(() => sync.sendNow())
  const retry = useAction((id: string) => sync.retry(id))
  const phase = badgeStateOf(state)
  const { tone, icon } = BADGE_LOOK[phase]
  const counts = [
    { key: 'waiting', value: state.waiting },
    { key: 'sending', value: state.sending },
    { key: 'synced', value: state.synced },
    { key: 'attention', value: state.attention.length },
  ] as const
  return (
    <Page
      title={text('sync.title')}
      width="narrow"
      aside={
        <Button loading={send.busy} onClick={() => send.run()} data-testid="send-now">
          {text('sync.sendNow')}
        </Button>
      }
    >
      <FailurePanel error={send.error} />
      <Panel tone={tone} icon={icon} title={text(`sync.phase.${phase}`)} aria-live="polite" data-testid="sync-phase">
        {state.refusal !== null && <Refusal code={state.refusal} />}
        <p>{text('sync.nothingLost')}</p>
      </Panel>
      <ul className={styles.counts}>
        {counts.map(({ key, value }) => (
          <li key={key} className={styles.count}>
            <span className={styles.value} data-testid={`sync-count-${key}`}>
              {value}
            </span>
            <span className={styles.name}>{text(`sync.count.${key}`)}</span>
          </li>
        ))}
      </ul>
      {state.phase === 'sending' && (
        <Progress.Root size="lg" aria-hidden>
          <Progress.Section value={100 * state.share} />
        </Progress.Root>
      )}
      {state.attention.length > 0 && (
        <Card label={text('sync.count.attention')}>
          <h2>{text('sync.attentionTitle')}</h2>
          <ul className={styles.items}>
            {state.attention.map(({ id, kind, reason }) => (
              <li key={id} className={styles.item} data-testid="attention-item">
                <span>
                  {text(`sync.item.${kind}`)} <code>{id.slice(-8)}</code>:{' '}
                  {isExplained(reason) ? text(`sync.why.${reason}`) : text('sync.reason', { reason })}
                </span>
                <Button variant="light" size="sm" loading={retry.busy} onClick={() => retry.run(id)}>
                  {text('sync.retry')}
                </Button>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Card>
        <Facts
          facts={[
            [
              text('sync.bytes'),
              text('sync.megabytes', {
                megabytes: formatNumber(state.bytesWaiting / 1_000_000, { maximumFractionDigits: 1 }),
              }),
            ],
            ...(state.phase === 'sending'
              ? ([
                  [text('sync.progress'), formatNumber(state.share, { style: 'percent' })],
                  ...(state.secondsLeft === null
                    ? []
                    : ([[text('sync.timeLeft'), <TimeLeft key="left" seconds={state.secondsLeft} />]] as const)),
                ] as const)
              : []),
            [text('sync.lastReceipt'), <Instant key="last" value={state.lastReceiptAt} none={text('sync.never')} />],
            [
              text('sync.nextAttempt'),
              <Instant key="next" value={state.nextAttemptAt} none={text('sync.notPlanned')} />,
            ],
            ...(enrolment.status === 'enrolled'
              ? ([
                  ...(state.clockSkewMs === null
                    ? []
                    : ([[text('sync.clock'), <Clock key="clock" skewMs={state.clockSkewMs} />]] as const)),
                  [text('sync.server'), enrolment.serverUrl],
                  [text('sync.device'), `${enrolment.deviceName} · ${enrolment.site.name}`],
                ] as const)
              : []),
          ]}
        />
      </Card>
      <CarryCard waiting={state.waiting + state.sending + state.attention.length} />
      <SyncSettingsCard />
      <MoveServerCard />
      <p className={styles.note}>{text('sync.note')}</p>
    </Page>
  )
}

/** Why the server takes nothing from this device: in sentences where there are some. */
function Refusal({ code }: { code: string }) {
  const text = useAppText()
  const failure = failureOf(code)
  if (failure === 'unknown') return <p>{text('sync.refusal', { code })}</p>
  return (
    <>
      <p data-testid="sync-refusal">{text(`failure.${failure}.happened`, { code })}</p>
      <p>{text(`failure.${failure}.next`)}</p>
    </>
  )
}

function TimeLeft({ seconds }: { seconds: number }) {
  const text = useAppText()
  if (seconds < 90) return text('sync.timeLeft.seconds', { count: seconds })
  if (seconds < 90 * 60) return text('sync.timeLeft.minutes', { count: Math.round(seconds / 60) })
  return text('sync.timeLeft.hours', { count: Math.round(seconds / 3600) })
}

/** A clock a minute off is right enough to be read. */
function Clock({ skewMs }: { skewMs: number }) {
  const text = useAppText()
  const minutes = Math.round(Math.abs(skewMs) / 60_000)
  if (minutes === 0) return text('sync.clock.right')
  return text('sync.clock.off', { minutes, direction: skewMs > 0 ? 'behind' : 'ahead' })
}

function Instant({ value, none }: { value: string | null; none: string }) {
  return value === null ? none : <FormattedDate value={value} dateStyle="short" timeStyle="medium" />
}
