import { expect, test } from 'vitest'
import { stagesOf } from '../stages/plan.ts'
import { makespan } from './makespan.ts'

const plan = stagesOf({ featureParts: 1, seeds: [1, 2], folds: 3 })
/** Models take ten seconds to train and two to evaluate, everything else one. */
const seconds = ({ stage }: { stage: string }) => (stage === 'train' ? 10 : stage === 'evaluate' ? 2 : 1)

test('one worker does all after another; more share what stands beside each other, and no more than that', () => {
  // freeze, features, folds; five models; gate, candidate.
  expect(makespan(plan, seconds, 1)).toBe(3 + 5 * 12 + 2)
  // Three trained one after another; what is trained is evaluated beside the last, which is evaluated after it.
  expect(makespan(plan, seconds, 2)).toBe(3 + 3 * 10 + 2 + 2)
  expect(makespan(plan, seconds, 5)).toBe(3 + 12 + 2)
  expect(makespan(plan, seconds, 64)).toBe(3 + 12 + 2)
})
