import type { StageState } from '@spira/shared/protocol/trainingStages.ts'
import { keyOf, type PlannedStage } from './plan.ts'

export type StageNow = PlannedStage & { readonly state: StageState }

export interface Advance {
  /** Keys of the stages whose turn it is. */
  readonly queue: readonly string[]
  /** Keys of the stages that nobody will do any more. */
  readonly cancel: readonly string[]
  /** How the run has ended; null: it goes on. */
  readonly ended: 'succeeded' | 'failed' | 'cancelled' | null
}

/**
 * What is next, from the states of a run's stages alone. Called after every change, in its transaction: whatever was killed when, the
 * rows say what is left.
 *
 * A stage that has failed for good lets what runs beside it finish, so that trying again repeats nothing; a wish to cancel ends the run as
 * soon as no worker is at it.
 */
export function advance(stages: readonly StageNow[], wish: 'go on' | 'cancel'): Advance {
  const all = (state: StageState): StageNow[] => stages.filter((one) => one.state === state)
  const idle = all('running').length === 0
  const done = new Set(all('done').map(keyOf))
  // Also of a run that somebody wished to cancel too late: its model is there.
  if (done.size === stages.length && stages.length > 0) return { queue: [], cancel: [], ended: 'succeeded' }
  if (wish === 'cancel') {
    const cancel = [...all('waiting'), ...all('queued')].map(keyOf)
    return { queue: [], cancel, ended: idle ? 'cancelled' : null }
  }
  const inFlight = !idle || all('queued').length > 0
  if (all('failed').length > 0) return { queue: [], cancel: [], ended: inFlight ? null : 'failed' }
  const queue = all('waiting').filter(({ needs }) => needs.every((key) => done.has(key)))
  return { queue: queue.map(keyOf), cancel: [], ended: null }
}

/** Share of the run that is done, 0..1: a stage counts as much as it usually takes. */
export function progressOf(stages: readonly (StageNow & { readonly progress: number })[]): number {
  const whole = stages.reduce((sum, { stage }) => sum + WEIGHT[stage], 0)
  const done = stages.reduce(
    (sum, { stage, state, progress }) => sum + WEIGHT[stage] * (state === 'done' ? 1 : progress),
    0,
  )
  return whole === 0 ? 0 : done / whole
}

const WEIGHT: Readonly<Record<PlannedStage['stage'], number>> = {
  freeze: 0,
  features: 1,
  folds: 0,
  train: 10,
  evaluate: 2,
  gate: 1,
  candidate: 0,
}
