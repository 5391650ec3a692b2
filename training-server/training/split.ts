import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { RandomStream } from './randomStream.ts'

export interface Split<Example> {
  readonly train: readonly Example[]
  readonly validation: readonly Example[]
  readonly test: readonly Example[]
}

/** One for each part. With fewer of a class, no figure of that class could be given on people the network has not heard. */
export const LEAST_PARTICIPANTS_PER_CLASS = 3

/**
 * Splits by participant, each class by itself: all recordings of one person are in one part, and each part has at least one
 * person of each class. A participant with recordings of both classes counts as present (1).
 *
 * The same participants, shares and seed give the same parts, whatever the order of the examples.
 *
 * @throws SpiraError dataset_too_small below three participants of a class.
 */
export function splitByParticipant<Example extends { readonly participantId: string; readonly label: 0 | 1 }>(
  examples: readonly Example[],
  options: { readonly validationShare: number; readonly testShare: number; readonly seed: number },
): Split<Example> {
  const labels = new Map<string, 0 | 1>()
  for (const { participantId, label } of examples)
    labels.set(participantId, label === 1 ? 1 : (labels.get(participantId) ?? 0))

  const parts = { train: new Set<string>(), validation: new Set<string>(), test: new Set<string>() }
  for (const label of [0, 1] as const) {
    const people = [...labels.keys()].filter((participant) => labels.get(participant) === label).sort()
    if (people.length < LEAST_PARTICIPANTS_PER_CLASS) {
      throw new SpiraError('dataset_too_small', { needed: LEAST_PARTICIPANTS_PER_CLASS, got: people.length })
    }
    const shuffled = new RandomStream(options.seed, `split of class ${label}`).shuffled(people)
    const validation = shareOf(people.length, options.validationShare)
    const test = shareOf(people.length, options.testShare)
    for (const participant of shuffled.slice(0, validation)) parts.validation.add(participant)
    for (const participant of shuffled.slice(validation, validation + test)) parts.test.add(participant)
    for (const participant of shuffled.slice(validation + test)) parts.train.add(participant)
  }

  const of = (part: ReadonlySet<string>) => examples.filter(({ participantId }) => part.has(participantId))
  return { train: of(parts.train), validation: of(parts.validation), test: of(parts.test) }
}

/** At least one, and never so many that two such parts leave nobody to train on. */
const shareOf = (count: number, share: number): number =>
  Math.max(1, Math.min(Math.round(count * share), Math.floor((count - 1) / 2)))
