import { RandomStream } from './randomStream.ts'

/**
 * Examples whose participants have each other's labels: as many of each class, and each new class made of both old ones in their shares, so
 * that nothing is left to learn. (Shuffled freely, the new labels agree with the old ones a little by chance, and a network finds it.)
 * Recordings of one person keep one label.
 */
export function withPermutedLabels<Example extends { readonly participantId: string; readonly label: 0 | 1 }>(
  examples: readonly Example[],
  seed: number,
): Example[] {
  const labels = new Map<string, 0 | 1>()
  for (const { participantId, label } of examples.toSorted((a, b) => (a.participantId < b.participantId ? -1 : 1)))
    labels.set(participantId, label === 1 ? 1 : (labels.get(participantId) ?? 0))
  const people = [...labels.keys()]
  const classes = [0, 1].map((label) => people.filter((person) => labels.get(person) === label))
  const [absent = [], present = []] = classes
  const random = new RandomStream(seed, 'permuted labels')
  const fromAbsent = Math.round((absent.length * present.length) / people.length)
  const chosen = new Set([
    ...random.shuffled(absent).slice(0, fromAbsent),
    ...random.shuffled(present).slice(0, present.length - fromAbsent),
  ])
  return examples.map((example) => ({ ...example, label: chosen.has(example.participantId) ? 1 : 0 }))
}
