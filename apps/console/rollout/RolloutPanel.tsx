import { Button } from '@mantine/core'
import type { Rollout } from '@spira/shared/protocol/rollouts.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconAlertTriangle, IconGhost } from '@tabler/icons-react'
import { useText } from '../catalogue.ts'
import { usePercent, useWhen } from '../frame/useFormats.ts'
import { ROLLOUT_LOOK } from './rolloutLook.ts'
import styles from './RolloutPanel.module.css'
import type { RolloutAction } from './rollouts.ts'

interface RolloutPanelProps {
  readonly rollout: Rollout
  /** Absent for whoever may only look. */
  readonly onAct?: ((action: RolloutAction) => void) | undefined
}

/** What may be done with a rollout as it stands, the likeliest first. */
function actionsOf({ state, mode }: Rollout): readonly RolloutAction[] {
  if (state === 'awaiting-signature' || state === 'completed') return ['withdraw']
  if (state === 'withdrawn') return []
  const begin: readonly RolloutAction[] = mode === 'shadow' ? ['promote'] : state === 'running' ? ['advance'] : []
  return [...begin, state === 'running' ? 'pause' : 'resume', 'withdraw']
}

/** One release on its way: how far it may go, how far it came, what the devices say of it. */
export function RolloutPanel({ rollout, onAct }: RolloutPanelProps) {
  const text = useText()
  const when = useWhen()
  const percent = usePercent()
  const { devices, agreement, channel, nextAt } = rollout
  const moving = rollout.state === 'running' || rollout.state === 'paused'
  return (
    <article className={styles.rollout} data-testid="rollout-row" data-state={rollout.state}>
      <div className={styles.head}>
        <h2>{text('models.version', { version: rollout.modelVersion })}</h2>
        <ToneBadge {...ROLLOUT_LOOK[rollout.state]} data-testid="rollout-state">
          {text(`rollout.state.${rollout.state}`)}
        </ToneBadge>
        {rollout.mode === 'shadow' && (
          <ToneBadge tone="plain" icon={IconGhost}>
            {text('rollout.shadow')}
          </ToneBadge>
        )}
        <p>
          {text('rollout.started', {
            sequence: rollout.sequence,
            who: rollout.startedBy,
            when: when(rollout.createdAt),
          })}
          {' · '}
          {channel === null ? text('rollout.everywhere') : text('rollout.channel', { name: channel.name })}
        </p>
      </div>
      {rollout.reason !== null && (
        <p className={styles.reason} data-testid="rollout-reason">
          {rollout.reason}
        </p>
      )}
      <ol className={styles.stages}>
        {rollout.stages.map(({ sharePermille, soakHours }, at) => (
          <li
            key={sharePermille}
            data-state={
              rollout.state === 'completed' || at < rollout.stage
                ? 'past'
                : at === rollout.stage && moving
                  ? 'current'
                  : 'ahead'
            }
            aria-current={at === rollout.stage && moving ? 'step' : undefined}
          >
            {text('rollout.stage', { share: percent(sharePermille / 1000), hours: soakHours })}
          </li>
        ))}
      </ol>
      <Track {...devices} label={text('rollout.reached', { count: devices.activated + devices.shadowing })} />
      <dl className={styles.counts}>
        <div>
          <dt>{text('rollout.offered')}</dt>
          <dd>{text('rollout.ofAll', { count: devices.takers, all: devices.audience })}</dd>
        </div>
        <div>
          <dt>{text(rollout.mode === 'shadow' ? 'rollout.listening' : 'rollout.activated')}</dt>
          <dd>{rollout.mode === 'shadow' ? devices.shadowing : devices.activated}</dd>
        </div>
        <div>
          <dt>{text('rollout.failed')}</dt>
          <dd>{devices.failed}</dd>
        </div>
        <div>
          <dt>{text('rollout.returned')}</dt>
          <dd>{devices.returned}</dd>
        </div>
        {agreement !== null && (
          <div>
            <dt>{text('rollout.agreement', { recordings: agreement.recordings })}</dt>
            <dd>
              {text('rollout.agreementFigures', {
                share: percent(agreement.same / agreement.recordings),
                low: percent(agreement.low),
                high: percent(agreement.high),
              })}
            </dd>
          </div>
        )}
      </dl>
      {rollout.failures.length > 0 && (
        <Panel tone="warn" icon={IconAlertTriangle} title={text('rollout.failures')}>
          <ul>
            {rollout.failures.map(({ reason, devices: count }) => (
              <li key={reason}>
                <code>{reason}</code>: {text('rollout.devices', { count })}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {rollout.state === 'running' && nextAt !== null && rollout.mode === 'active' && (
        <p className={styles.reason}>
          {text('rollout.next', {
            when: when(nextAt),
            limit: percent(rollout.failureLimitPermille / 1000),
          })}
        </p>
      )}
      {onAct !== undefined && (
        <div className={styles.actions}>
          {actionsOf(rollout).map((action) => (
            <Button
              key={action}
              variant={action === 'withdraw' ? 'default' : 'light'}
              onClick={() => onAct(action)}
              data-testid={`rollout-${action}`}
            >
              {text(`rollout.action.${action}`)}
            </Button>
          ))}
        </div>
      )}
    </article>
  )
}

/** The fleet as one bar: who runs it, who could not, who has yet to look. */
function Track({ audience, takers, activated, shadowing, failed, label }: Rollout['devices'] & { label: string }) {
  const share = (count: number): string => `${audience === 0 ? 0 : (100 * count) / audience}%`
  const reached = activated + shadowing
  return (
    <div className={styles.track} title={label} aria-hidden>
      <i data-part="activated" style={{ width: share(reached) }} />
      <i data-part="failed" style={{ width: share(failed) }} />
      <i data-part="offered" style={{ width: share(Math.max(0, takers - reached - failed)) }} />
    </div>
  )
}
