import type { GateCriterion } from '@spira/shared/protocol/consoleApi.ts'
import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import type { Estimate } from '../../evaluation/bootstrap.ts'
import type { Probe } from '../../evaluation/probes/probes.ts'
import type { Slice } from '../../evaluation/slices.ts'
import { evaluationCriteria } from '../evaluationCriteria.ts'
import type { GatePlan } from './plan.ts'

/** The candidate's figure minus the other's, over participants whom both score and neither has learned from. */
export interface Compared {
  readonly difference: Estimate | null
  readonly present: number
  readonly absent: number
}

/** The candidate beside another model. */
export interface Beside {
  readonly version: number
  readonly onHoldout: Compared
  readonly onNewest: Compared
  /** Recordings that both dataset versions hold, and how many of them have another label now. */
  readonly labels: { readonly shared: number; readonly turned: number }
}

export interface Measured {
  readonly metrics: ModelManifest['metrics']
  /** Whether it learned from simulated speakers only. */
  readonly simulated: boolean
  readonly probes: readonly Pick<Probe, 'name' | 'outcome' | 'finding' | 'participants'>[]
  readonly slices: readonly Slice[]
  /** Null: there is no champion. */
  readonly champion: Beside | null
  /** The newest release on its way to the devices, which may be the champion next; null: there is none. */
  readonly underWay: Beside | null
  readonly edge: { readonly onnxBytes: number; readonly windowMs: number; readonly problem: string | null }
}

/** Every criterion of the plan with the figure that decides, the bound it is held to, and by how much it misses it. */
export function judge(plan: GatePlan, measured: Measured): GateCriterion[] {
  const { metrics, slices, champion, underWay, edge } = measured
  const { siteFloor, calibration } = plan
  return [
    ...evaluationCriteria({ metrics }),
    ...comparison(plan, champion),
    ...(underWay === null
      ? []
      : comparison(plan, underWay).map((criterion) => ({ ...criterion, subject: String(underWay.version) }))),
    ...slices.flatMap(({ by, value, participants: { present, absent }, figures }) =>
      by === 'site' && Math.min(present, absent) >= siteFloor.leastOfAClass && figures['rocAuc'] !== undefined
        ? [atLeast('site-floor', value, figures['rocAuc'], siteFloor.atLeast)]
        : [],
    ),
    atMost('calibration', metrics['brier'] ?? null, calibration.brierAtMost),
    ...plan.probes.map((asked) => probeCriterion(asked, measured)),
    atMost('edge-size', exactly(edge.onnxBytes), plan.edge.onnxBytesAtMost),
    atMost('edge-latency', exactly(edge.windowMs), plan.edge.windowMsAtMost),
    { ...blank, name: 'golden-vectors', passed: edge.problem === null, note: edge.problem },
  ]
}

const blank = { subject: null, figure: null, bound: null, missedBy: null, note: null } as const

/** What was not shown is not met, unless the plan has said beforehand that this may be, and why. */
function probeCriterion(
  { name, mayBe }: GatePlan['probes'][number],
  { probes, simulated }: Pick<Measured, 'probes' | 'simulated'>,
): GateCriterion {
  const { outcome, finding, participants } = probes.find((one) => one.name === name) ?? {
    outcome: 'not-run' as const,
    finding: 'The evaluation is from before this probe.',
    participants: null,
  }
  const allowed =
    simulated &&
    participants !== null &&
    mayBe !== undefined &&
    mayBe.outcomes.some((one) => one === outcome) &&
    Math.min(participants.present, participants.absent) < mayBe.fewerOfAClassThan
  return {
    ...blank,
    name: 'probe',
    subject: name,
    passed: outcome === 'passed' || allowed,
    note: finding,
    outcome,
    ...(allowed ? { allowedBecause: mayBe.because } : {}),
  }
}

const comparison = ({ notWorseThanChampion, labelsTurned }: GatePlan, other: Beside | null): GateCriterion[] => [
  notWorse('not-worse-on-holdout', other?.onHoldout ?? null, notWorseThanChampion),
  notWorse('not-worse-on-newest', other?.onNewest ?? null, notWorseThanChampion),
  turned(other?.labels ?? null, labelsTurned),
]

const exactly = (value: number): Estimate => ({ value, low: value, high: value })

function notWorse(
  name: 'not-worse-on-holdout' | 'not-worse-on-newest',
  compared: Compared | null,
  { margin, leastOfAClass }: GatePlan['notWorseThanChampion'],
): GateCriterion {
  if (compared === null) return { ...blank, name, passed: true, note: 'no-champion' }
  const { difference, present, absent } = compared
  if (difference === null || Math.min(present, absent) < leastOfAClass)
    return { ...blank, name, passed: true, bound: -margin, note: 'too-few' }
  const passed = difference.low > -margin
  return {
    ...blank,
    name,
    passed,
    figure: difference,
    bound: -margin,
    missedBy: passed ? null : -margin - difference.low,
  }
}

function turned(
  labels: { readonly shared: number; readonly turned: number } | null,
  { shareAtMost, leastRecordings }: GatePlan['labelsTurned'],
): GateCriterion {
  const name = 'labels-turned'
  if (labels === null) return { ...blank, name, passed: true, note: 'no-champion' }
  if (labels.shared < leastRecordings) return { ...blank, name, passed: true, bound: shareAtMost, note: 'too-few' }
  return atMost(name, exactly(labels.turned / labels.shared), shareAtMost)
}

function atLeast(name: 'site-floor', subject: string, figure: Estimate, bound: number): GateCriterion {
  const passed = figure.value >= bound
  return { ...blank, name, subject, passed, figure, bound, missedBy: passed ? null : bound - figure.value }
}

function atMost(name: GateCriterion['name'], figure: Estimate | null, bound: number): GateCriterion {
  const passed = figure !== null && figure.value <= bound
  return { ...blank, name, passed, figure, bound, missedBy: passed || figure === null ? null : figure.value - bound }
}

const number = (value: number): string => (Math.abs(value) >= 100 ? String(Math.round(value)) : value.toFixed(3))

/** A criterion as the gate's answer and the audit log name it: which number, held to what, missed by how much. */
export function criterionSentence(criterion: GateCriterion): string {
  const { name, subject, passed, figure, bound, missedBy, note, outcome, allowedBecause } = criterion
  const what = subject === null ? name : `${name} (${subject})`
  if (outcome !== undefined) {
    const allowed = allowedBecause === undefined ? '' : ` The plan lets that through: ${allowedBecause.en}`
    return `${what}: ${outcome === 'not-run' ? 'not run' : outcome}: ${note ?? ''}${allowed}`
  }
  if (figure === null) return `${what}: ${note ?? (passed ? 'as it must be' : 'not measured')}`
  const interval = figure.low === figure.high ? '' : `, 95 % interval ${number(figure.low)} to ${number(figure.high)}`
  const held = bound === null ? '' : `, held to ${number(bound)}`
  const missed = missedBy === null ? '' : `, missed by ${number(missedBy)}`
  return `${what}: ${number(figure.value)}${interval}${held}${missed}`
}
