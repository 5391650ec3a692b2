import { expect, test } from 'vitest'
import { criterionSentence, judge, type Measured } from './judge.ts'
import { GATE_PLAN, GATE_PLAN_HASH, type GatePlan, gatePlanSchema } from './plan.ts'

const estimate = (value: number, low: number, high: number) => ({ value, low, high })
const good: Measured = {
  simulated: true,
  metrics: {
    rocAuc: estimate(0.9, 0.8, 0.97),
    permutationP: estimate(0.001, 0.001, 0.001),
    roomToneAuc: estimate(0.52, 0.4, 0.63),
    voiceInRoomAuc: estimate(0.47, 0.35, 0.6),
    brier: estimate(0.12, 0.08, 0.16),
  },
  probes: GATE_PLAN.probes.map(({ name }) => ({
    name,
    outcome: 'passed',
    finding: 'nothing',
    participants: { present: 30, absent: 30 },
  })),
  slices: [
    {
      by: 'site',
      value: 'ward-a',
      participants: { present: 8, absent: 8 },
      figures: { rocAuc: estimate(0.85, 0.7, 0.95) },
    },
  ],
  champion: {
    version: 4,
    onHoldout: { difference: estimate(0.02, -0.04, 0.08), present: 20, absent: 20 },
    onNewest: { difference: estimate(0.01, -0.08, 0.1), present: 8, absent: 8 },
    labels: { shared: 160, turned: 8 },
  },
  underWay: null,
  edge: { onnxBytes: 110_000, windowMs: 30, problem: null },
}
/** The plan in force without what it lets through. */
const STRICT: GatePlan = { ...GATE_PLAN, probes: GATE_PLAN.probes.map(({ name }) => ({ name })) }
const missed = (measured: Partial<Measured>) =>
  judge(GATE_PLAN, { ...good, ...measured })
    .filter(({ passed }) => !passed)
    .map(criterionSentence)

test('promise 6: a candidate that meets the plan misses nothing; the plan is known by its hash', () => {
  expect(missed({})).toEqual([])
  expect(GATE_PLAN_HASH).toMatch(/^[0-9a-f]{64}$/)
})

test('promise 6: each number that misses its bound is named, with by how much', () => {
  const { champion } = good
  if (champion === null) throw new Error('there is one')
  const worse = { difference: estimate(-0.2, -0.34, -0.07), present: 20, absent: 20 }
  expect(missed({ champion: { ...champion, onHoldout: worse } })).toEqual([
    'not-worse-on-holdout: -0.200, 95 % interval -0.340 to -0.070, held to -0.100, missed by 0.240',
  ])
  expect(missed({ underWay: { ...champion, version: 5, onNewest: worse } })).toEqual([
    'not-worse-on-newest (5): -0.200, 95 % interval -0.340 to -0.070, held to -0.100, missed by 0.240',
  ])
  expect(missed({ champion: { ...champion, labels: { shared: 160, turned: 32 } } })).toEqual([
    'labels-turned: 0.200, held to 0.050, missed by 0.150',
  ])
  const site = { ...good.slices[0], figures: { rocAuc: estimate(0.45, 0.2, 0.7) } }
  expect(missed({ slices: [site] })).toEqual([
    'site-floor (ward-a): 0.450, 95 % interval 0.200 to 0.700, held to 0.550, missed by 0.100',
  ])
  expect(missed({ metrics: { ...good.metrics, brier: estimate(0.3, 0.25, 0.35) } })).toEqual([
    'calibration: 0.300, 95 % interval 0.250 to 0.350, held to 0.250, missed by 0.050',
  ])
  expect(missed({ edge: { onnxBytes: 20 * 2 ** 20, windowMs: 900, problem: 'logits differ' } })).toEqual([
    'edge-size: 20971520, held to 16777216, missed by 4194304',
    'edge-latency: 900, held to 400, missed by 500',
    'golden-vectors: logits differ',
  ])
  const [first, ...others] = good.probes
  expect(missed({ probes: [{ ...first, outcome: 'failed', finding: 'it hears the ward' }, ...others] })).toEqual([
    'probe (ward-noise-swap): failed: it hears the ward',
  ])
})

test('promise 6: a probe that could not tell, was not run or was never asked is not met; the decision says which and why', () => {
  const [first, second, third, ...others] = good.probes
  const told = (probes: Measured['probes']) =>
    judge(STRICT, { ...good, probes })
      .filter(({ passed }) => !passed)
      .map(criterionSentence)
  expect(
    told([
      { ...first, outcome: 'inconclusive', finding: 'ten people are too few' },
      { ...second, outcome: 'not-run', finding: 'no recording has any quiet' },
      ...others,
    ]),
  ).toEqual([
    'probe (ward-noise-swap): inconclusive: ten people are too few',
    'probe (room-tone-only): not run: no recording has any quiet',
    `probe (${third.name}): not run: The evaluation is from before this probe.`,
  ])
})

test('promise 6: what the plan lets through is met for its declared reason, which the decision keeps; a failed probe never is', () => {
  const because = { 'pt-BR': 'uma casa só', en: 'one site only', es: 'un solo sitio' }
  const plan = gatePlanSchema.parse({
    ...STRICT,
    probes: [
      {
        name: 'leave-one-site-out',
        mayBe: { outcomes: ['inconclusive'], trainedOn: 'simulated', fewerOfAClassThan: 20, because },
      },
    ],
  })
  const judged = (outcome: Measured['probes'][number]['outcome'], present = 19, simulated = true) => {
    const probe = { name: 'leave-one-site-out', outcome, finding: 'few people.', participants: { present, absent: 30 } }
    return judge(plan, { ...good, simulated, probes: [probe as Measured['probes'][number]] }).find(
      ({ name }) => name === 'probe',
    )
  }
  const small = judged('inconclusive')
  expect(small).toMatchObject({ passed: true, outcome: 'inconclusive', allowedBecause: because })
  expect(small && criterionSentence(small)).toBe(
    'probe (leave-one-site-out): inconclusive: few people. The plan lets that through: one site only',
  )
  // Enough people, patients, or another outcome: not.
  const refused = [judged('inconclusive', 20), judged('inconclusive', 19, false), judged('not-run'), judged('failed')]
  expect(refused.map((one) => one?.passed)).toEqual([false, false, false, false])
  const may = { trainedOn: 'simulated', fewerOfAClassThan: 20, because }
  const unasked = { ...STRICT, probes: [{ name: 'matched', mayBe: { ...may, outcomes: ['failed'] } }] }
  expect(gatePlanSchema.safeParse(unasked).success).toBe(false)
})

test('without a champion, or with too few people, nothing is said about it, and that is written down', () => {
  expect(missed({ champion: null })).toEqual([])
  const few = { difference: estimate(-0.5, -0.9, -0.1), present: 2, absent: 20 }
  const [, , , onHoldout, onNewest, labels] = judge(GATE_PLAN, {
    ...good,
    champion: { version: 4, onHoldout: few, onNewest: few, labels: { shared: 19, turned: 19 } },
  })
  expect([onHoldout.note, onNewest.note, labels.note]).toEqual(['too-few', 'too-few', 'too-few'])
})
