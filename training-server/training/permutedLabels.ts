import { RandomStream } from './randomStream.ts'

interface Labelled {
  readonly participantId: string
  readonly label: 0 | 1
}

/**
 * A split whose participants have each other's labels: in each part as many of each class, and each new class made of both old ones in their
 * shares, so that nothing is left to learn. (Shuffled freely, the new labels agree with the old ones a little by chance, and a network finds
 * it.) A person keeps one new label in every recording and in every part: who crosses from one part into another, as nobody may, carries what
 * was learned of them along, and the test shows it.
 */
export function withPermutedParts<Learned extends Labelled, Tested extends Labelled>(
  parts: {
    readonly train: readonly Learned[]
    readonly validation: readonly Learned[]
    readonly test: readonly Tested[]
  },
  seed: number,
): { readonly train: Learned[]; readonly validation: Learned[]; readonly test: Tested[] } {
  const labels = new Map<string, 0 | 1>()
  for (const [name, part] of [
    ['train', parts.train],
    ['validation', parts.validation],
    ['test', parts.test],
  ] as const) {
    const own = part.filter(({ participantId }) => !labels.has(participantId))
    for (const [person, label] of permuted(own, new RandomStream(seed, `permuted labels of ${name}`)))
      labels.set(person, label)
  }
  const relabelled = <Example extends Labelled>(part: readonly Example[]): Example[] =>
    part.map((example) => ({ ...example, label: labels.get(example.participantId) ?? example.label }))
  return { train: relabelled(parts.train), validation: relabelled(parts.validation), test: relabelled(parts.test) }
}

/** One new label a person. */
function permuted(examples: readonly Labelled[], random: RandomStream): Map<string, 0 | 1> {
  const labels = new Map<string, 0 | 1>()
  for (const { participantId, label } of examples.toSorted((a, b) => (a.participantId < b.participantId ? -1 : 1)))
    labels.set(participantId, label === 1 ? 1 : (labels.get(participantId) ?? 0))
  const people = [...labels.keys()]
  const [absent, present] = ([0, 1] as const).map((label) =>
    people.filter((person) => labels.get(person) === label),
  ) as [string[], string[]]
  const fromAbsent = people.length === 0 ? 0 : Math.round((absent.length * present.length) / people.length)
  const chosen = new Set([
    ...random.shuffled(absent).slice(0, fromAbsent),
    ...random.shuffled(present).slice(0, present.length - fromAbsent),
  ])
  return new Map(people.map((person) => [person, chosen.has(person) ? 1 : 0]))
}
