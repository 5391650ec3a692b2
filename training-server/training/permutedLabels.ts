import { RandomStream } from './randomStream.ts'

/**
 * Examples whose participants have each other's labels: as many of each class, nothing left to learn. Recordings of one person
 * keep one label.
 */
export function withPermutedLabels<Example extends { readonly participantId: string; readonly label: 0 | 1 }>(
  examples: readonly Example[],
  seed: number,
): Example[] {
  const labels = new Map<string, 0 | 1>()
  for (const { participantId, label } of examples.toSorted((a, b) => (a.participantId < b.participantId ? -1 : 1)))
    labels.set(participantId, label === 1 ? 1 : (labels.get(participantId) ?? 0))
  const shuffled = new RandomStream(seed, 'permuted labels').shuffled([...labels.values()])
  const given = new Map([...labels.keys()].map((participant, at) => [participant, shuffled[at] ?? 0]))
  return examples.map((example) => ({ ...example, label: given.get(example.participantId) ?? 0 }))
}
