import { Button, List } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { FormattedDate, useIntl } from 'react-intl'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { Facts } from '../app/Facts.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Card, Page } from '../app/Page.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import styles from './SyncView.module.css'
import { BADGE_LOOK, badgeStateOf } from './syncLook.ts'

/** What the server has for sure, what it has not, why, and when the next attempt is. */
export function SyncView() {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const { sync, device } = useBedside()
  const state = useLive(sync.state)
  const enrolment = useLive(device.state)
  const send = useAction(() => sync.sendNow())
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
        {state.refusal !== null && <p>{text('sync.refusal', { code: state.refusal })}</p>}
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
      {state.attention.length > 0 && (
        <Card label={text('sync.count.attention')}>
          <h2>{text('sync.attentionTitle')}</h2>
          <List spacing="sm">
            {state.attention.map(({ id, kind, reason }) => (
              <List.Item key={id}>
                {text(`sync.item.${kind}`)} <code>{id.slice(-8)}</code>: {text('sync.reason', { reason })}
              </List.Item>
            ))}
          </List>
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
            [text('sync.lastReceipt'), <Instant key="last" value={state.lastReceiptAt} none={text('sync.never')} />],
            [
              text('sync.nextAttempt'),
              <Instant key="next" value={state.nextAttemptAt} none={text('sync.notPlanned')} />,
            ],
            ...(enrolment.status === 'enrolled'
              ? ([
                  [text('sync.server'), enrolment.serverUrl],
                  [text('sync.device'), `${enrolment.deviceName} · ${enrolment.site.name}`],
                ] as const)
              : []),
          ]}
        />
      </Card>
      <p className={styles.note}>{text('sync.note')}</p>
    </Page>
  )
}

function Instant({ value, none }: { value: string | null; none: string }) {
  return value === null ? none : <FormattedDate value={value} dateStyle="short" timeStyle="medium" />
}
