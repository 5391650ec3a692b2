import type { GateCriterion, ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { type MessageId, useText } from '../catalogue.ts'

const NAMES: Readonly<Record<GateCriterion['name'], MessageId>> = {
  'better-than-chance': 'gate.betterThanChance',
  'room-alone-says-nothing': 'gate.roomAlone',
  'room-under-one-voice-says-nothing': 'gate.roomUnderVoice',
  'not-worse-on-holdout': 'gate.notWorseOnHoldout',
  'not-worse-on-newest': 'gate.notWorseOnNewest',
  'labels-turned': 'gate.labelsTurned',
  'site-floor': 'gate.siteFloor',
  calibration: 'gate.calibration',
  probe: 'gate.probe',
  'edge-size': 'gate.edgeSize',
  'edge-latency': 'gate.edgeLatency',
  'golden-vectors': 'gate.goldenVectors',
}
/** Beside a release that is under way, whose version is the subject. */
const UNDER_WAY: Partial<Readonly<Record<GateCriterion['name'], MessageId>>> = {
  'not-worse-on-holdout': 'gate.notWorseOnHoldoutUnderWay',
  'not-worse-on-newest': 'gate.notWorseOnNewestUnderWay',
  'labels-turned': 'gate.labelsTurnedUnderWay',
}
const NOTES: Readonly<Record<string, MessageId>> = { 'no-champion': 'gate.noChampion', 'too-few': 'gate.tooFew' }

/** What the plan asks of a candidate, with the figures that decide: which number was held to what, and missed it by how much. */
export function GateCriteria({ criteria, gatePlan }: Pick<ModelVersion, 'criteria' | 'gatePlan'>) {
  const text = useText()
  const passed = criteria.every((criterion) => criterion.passed)
  return (
    <Panel
      tone={passed ? 'good' : 'warn'}
      icon={passed ? IconShieldCheck : IconShieldX}
      title={text(passed ? 'gate.passed' : 'gate.failed')}
      data-testid="gate-criteria"
    >
      {gatePlan !== null && <p>{text('gate.plan', { version: String(gatePlan.version) })}</p>}
      <ul>
        {criteria
          .toSorted((a, b) => Number(a.passed) - Number(b.passed))
          .map((criterion) => (
            <Criterion key={`${criterion.name} ${criterion.subject ?? ''}`} criterion={criterion} />
          ))}
      </ul>
    </Panel>
  )
}

function Criterion({ criterion }: { criterion: GateCriterion }) {
  const text = useText()
  const { formatNumber } = useIntl()
  const { language } = useLanguage()
  const { name, subject, passed, figure, bound, missedBy, note, outcome, allowedBecause } = criterion
  const number = (value: number) =>
    Math.abs(value) >= 100
      ? formatNumber(value, { maximumFractionDigits: 0 })
      : formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const noteId = note === null ? undefined : NOTES[note]
  const measured =
    figure === null
      ? noteId === undefined
        ? (note ?? (passed ? '' : text('gate.notMeasured')))
        : text(noteId)
      : figure.low === figure.high
        ? number(figure.value)
        : `${number(figure.value)} ${text('metrics.interval', { low: number(figure.low), high: number(figure.high) })}`
  const held = [
    outcome === undefined || outcome === 'passed' ? measured : `${text(`gate.probeOutcome.${outcome}`)} (${measured})`,
    ...(figure === null || bound === null ? [] : [text('gate.heldTo', { bound: number(bound) })]),
    ...(allowedBecause === undefined ? [] : [text('gate.allowedBecause', { because: allowedBecause[language] })]),
    ...(missedBy === null ? [] : [text('gate.missedBy', { by: number(missedBy) })]),
  ].filter((part) => part !== '')
  return (
    <li>
      {text((subject === null ? undefined : UNDER_WAY[name]) ?? NAMES[name], { subject: subject ?? '' })}
      {held.length > 0 && `: ${held.join(', ')}`} — <strong>{text(passed ? 'gate.met' : 'gate.missed')}</strong>
    </li>
  )
}
