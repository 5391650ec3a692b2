import type { GateCriterion } from '@spira/shared/protocol/consoleApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { type MessageId, useText } from '../catalogue.ts'

const NAMES: Readonly<Record<GateCriterion['name'], MessageId>> = {
  'better-than-chance': 'gate.betterThanChance',
  'room-alone-says-nothing': 'gate.roomAlone',
  'room-under-one-voice-says-nothing': 'gate.roomUnderVoice',
}

/** What the evaluation must have shown of a candidate, with the figures that decide. */
export function GateCriteria({ criteria }: { criteria: readonly GateCriterion[] }) {
  const text = useText()
  const { formatNumber } = useIntl()
  const figure = (value: number) => formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const passed = criteria.every((criterion) => criterion.passed)
  return (
    <Panel
      tone={passed ? 'good' : 'warn'}
      icon={passed ? IconShieldCheck : IconShieldX}
      title={text(passed ? 'gate.passed' : 'gate.failed')}
      data-testid="gate-criteria"
    >
      <ul>
        {criteria.map((criterion) => (
          <li key={criterion.name}>
            {text(NAMES[criterion.name])}:{' '}
            {criterion.figure === null
              ? text('gate.notMeasured')
              : `${figure(criterion.figure.value)} ${text('metrics.interval', { low: figure(criterion.figure.low), high: figure(criterion.figure.high) })}`}{' '}
            — <strong>{text(criterion.passed ? 'gate.met' : 'gate.missed')}</strong>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
