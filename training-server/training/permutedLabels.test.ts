import { expect, test } from 'vitest'
import { withPermutedLabels } from './permutedLabels.ts'

const examples = Array.from({ length: 40 }, (_, at): { participantId: string; label: 0 | 1 } => ({
  participantId: `p${at >> 1}`,
  label: at < 20 ? 0 : 1,
}))

test('as many of each class, each person one label, half of each class that of the other', () => {
  const permuted = withPermutedLabels(examples, 1)
  expect(permuted.filter(({ label }) => label === 1)).toHaveLength(20)
  const labels = Map.groupBy(permuted, ({ participantId }) => participantId)
  for (const own of labels.values()) expect(new Set(own.map(({ label }) => label)).size).toBe(1)
  expect(permuted.filter(({ label }, at) => label === 1 && examples[at]?.label === 1)).toHaveLength(10)
  expect(withPermutedLabels(examples, 1)).toEqual(permuted)
})
