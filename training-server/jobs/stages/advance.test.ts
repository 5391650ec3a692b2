import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StageState } from '@spira/shared/protocol/trainingStages.ts'
import { advance, progressOf, type StageNow } from './advance.ts'
import { keyOf, stagesOf, type RunPlan } from './plan.ts'

const planArbitrary = fc.record({
  featureParts: fc.integer({ min: 1, max: 4 }),
  seeds: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
  folds: fc.integer({ min: 0, max: 3 }),
})
const fresh = (plan: RunPlan): StageNow[] => stagesOf(plan).map((stage) => ({ ...stage, state: 'waiting' }))

/** What workers do to a run in any order: take a queued stage, finish, fail for good, or vanish and be replaced. */
const events = fc.array(
  fc.record({ pick: fc.nat(), what: fc.constantFrom('take', 'finish', 'vanish', 'fail', 'cancel') }),
  { maxLength: 120 },
)

describe('what is next in a run', () => {
  test('a plan names every stage once, each after all that it needs', () => {
    fc.assert(
      fc.property(planArbitrary, (plan) => {
        const stages = stagesOf(plan)
        const keys = stages.map(keyOf)
        expect(new Set(keys).size).toBe(keys.length)
        for (const [at, { needs }] of stages.entries())
          for (const need of needs) expect(keys.slice(0, at)).toContain(need)
        expect(stages.filter(({ stage }) => stage === 'train')).toHaveLength(plan.seeds.length + plan.folds)
      }),
    )
  })

  test('a run that was done before the wish to cancel it has succeeded', () => {
    const done = fresh({ featureParts: 1, seeds: [1], folds: 0 }).map((one) => ({ ...one, state: 'done' as const }))
    expect(advance(done, 'cancel')).toEqual({ queue: [], cancel: [], ended: 'succeeded' })
  })

  test('whatever workers do, no stage begins before what it needs, none is done twice, and the run ends', () => {
    fc.assert(
      fc.property(planArbitrary, events, (plan, happened) => {
        let stages = fresh(plan)
        let wish: 'go on' | 'cancel' = 'go on'
        const began: string[] = []
        let ended: string | null = null
        const set = (key: string, state: StageState): void => {
          stages = stages.map((one) => (keyOf(one) === key ? { ...one, state } : one))
        }
        const settle = (): void => {
          const next = advance(stages, wish)
          for (const key of next.cancel) set(key, 'cancelled')
          for (const key of next.queue) set(key, 'queued')
          ended = next.ended
        }
        const one = (state: StageState, pick: number): string | undefined => {
          const there = stages.filter((stage) => stage.state === state)
          const chosen = there[pick % Math.max(1, there.length)]
          return chosen === undefined ? undefined : keyOf(chosen)
        }
        settle()
        // What happens by chance, then workers that do all that is left.
        const diligent = Array.from({ length: 200 }, (_, at) => ({
          pick: 0,
          what: at % 2 === 0 ? ('take' as const) : ('finish' as const),
        }))
        for (const { pick, what } of [...happened, ...diligent]) {
          if (ended !== null) break
          if (what === 'cancel') wish = 'cancel'
          else {
            const key = one(what === 'take' ? 'queued' : 'running', pick)
            if (key === undefined) continue
            // A worker that vanishes changes nothing: its job is given to another, the row stays as it is.
            if (what === 'vanish') continue
            if (what === 'take') {
              const { needs } = stages.find((stage) => keyOf(stage) === key)!
              for (const need of needs) expect(stages.find((stage) => keyOf(stage) === need)?.state).toBe('done')
              began.push(key)
            }
            set(key, what === 'take' ? 'running' : what === 'finish' ? 'done' : 'failed')
          }
          settle()
        }
        expect(ended).not.toBeNull()
        expect(new Set(began).size).toBe(began.length)
        expect(stages.some(({ state }) => state === 'running' || state === 'queued')).toBe(false)
        if (ended === 'succeeded') expect(stages.every(({ state }) => state === 'done')).toBe(true)
        if (ended === 'failed') expect(stages.some(({ state }) => state === 'failed')).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('a dead letter put back is done, and only what was not done before', () => {
    const plan = { featureParts: 1, seeds: [1, 2], folds: 0 }
    const dead = 'train: seed 2'
    const stages = fresh(plan).map((one): StageNow => ({
      ...one,
      state: ['freeze', 'features', 'folds', 'train'].includes(one.stage) ? 'done' : 'waiting',
    }))
    const failed = stages.map((one): StageNow => (keyOf(one) === dead ? { ...one, state: 'failed' } : one))
    expect(advance(failed, 'go on')).toEqual({ queue: [], cancel: [], ended: 'failed' })
    const back = stages.map((one): StageNow => (keyOf(one) === dead ? { ...one, state: 'waiting' } : one))
    expect(advance(back, 'go on')).toEqual({ queue: [dead, 'evaluate: seed 1'], cancel: [], ended: null })
  })

  test('progress grows from 0 to 1', () => {
    const stages = fresh({ featureParts: 2, seeds: [1], folds: 0 }).map((one) => ({ ...one, progress: 0 }))
    expect(progressOf(stages)).toBe(0)
    expect(progressOf(stages.map((one) => ({ ...one, state: 'done' as const })))).toBe(1)
    expect(progressOf(stages.map((one) => ({ ...one, progress: 0.5 })))).toBeCloseTo(0.5)
  })
})
