import { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { RandomStream } from './randomStream.ts'

/** Who trains, who chooses epoch, temperature and threshold, and who is tested on. */
export const splitSchema = z.strictObject({
  /** Of the participants of each class; where others than a share are held out, of those that remain. */
  validationShare: z.number().positive().max(0.4).default(0.2),
  testShare: z.number().positive().max(0.4).default(0.2),
  seed: z.int().nonnegative().default(1),
  heldOut: z
    .discriminatedUnion('by', [
      /** `testShare` of the participants of each class. */
      z.strictObject({ by: z.literal('share') }),
      /** One of k parts with equally many of each class; together they test everybody once. */
      z
        .strictObject({ by: z.literal('fold'), folds: z.int().min(2).max(50), fold: z.int().min(1) })
        .refine(({ fold, folds }) => fold <= folds, 'fold counts from 1 to folds'),
      /** Everybody of one site, device, speaker, ...: a column of the dataset and its value. */
      z.strictObject({ by: z.literal('group'), column: z.string().min(1), value: z.string() }),
    ])
    .default({ by: 'share' }),
})
export type SplitRule = z.infer<typeof splitSchema>

export interface Split<Example> {
  readonly train: readonly Example[]
  readonly validation: readonly Example[]
  readonly test: readonly Example[]
}

interface Splittable {
  readonly participantId: string
  readonly label: 0 | 1
  readonly groups?: Readonly<Record<string, string>>
}

/** One for each part. With fewer of a class, no figure of that class could be given on people the network has not heard. */
export const LEAST_PARTICIPANTS_PER_CLASS = 3

/**
 * Splits by participant, each class by itself: all recordings of one person are in one part, and each part has at least one
 * person of each class. A participant with recordings of both classes counts as present (1). Where a group is held out, what
 * its people recorded elsewhere is in no part.
 *
 * The same participants and rule give the same parts, whatever the order of the examples.
 *
 * @throws SpiraError dataset_too_small below three participants of a class, or when a part would lack a class.
 */
export function splitByParticipant<Example extends Splittable>(
  examples: readonly Example[],
  rule: Omit<SplitRule, 'heldOut'> & Partial<Pick<SplitRule, 'heldOut'>>,
): Split<Example> {
  const labels = new Map<string, 0 | 1>()
  for (const { participantId, label } of examples)
    labels.set(participantId, label === 1 ? 1 : (labels.get(participantId) ?? 0))
  const heldOut = rule.heldOut ?? { by: 'share' }
  const inGroup = (example: Example) => heldOut.by === 'group' && example.groups?.[heldOut.column] === heldOut.value
  const grouped = new Set(examples.filter(inGroup).map(({ participantId }) => participantId))

  const parts = { train: new Set<string>(), validation: new Set<string>(), test: new Set<string>() }
  for (const label of [0, 1] as const) {
    const people = [...labels.keys()].filter((participant) => labels.get(participant) === label).sort()
    if (people.length < LEAST_PARTICIPANTS_PER_CLASS) {
      throw new SpiraError('dataset_too_small', { needed: LEAST_PARTICIPANTS_PER_CLASS, got: people.length })
    }
    const shuffled = new RandomStream(rule.seed, `split of class ${label}`).shuffled(people)
    const validation = shareOf(people.length, rule.validationShare)
    const isTest = (participant: string, at: number): boolean => {
      if (heldOut.by === 'group') return grouped.has(participant)
      // The classes are dealt from opposite ends, so that no fold gets the larger share of both.
      if (heldOut.by === 'fold')
        return (label === 1 ? shuffled.length - 1 - at : at) % heldOut.folds === heldOut.fold - 1
      return at >= validation && at < validation + shareOf(people.length, rule.testShare)
    }
    const test = shuffled.filter(isTest)
    const rest = shuffled.filter((participant, at) => !isTest(participant, at))
    if (test.length === 0 || rest.length < 2) {
      throw new SpiraError('dataset_too_small', {
        needed: LEAST_PARTICIPANTS_PER_CLASS,
        got: Math.min(test.length, rest.length),
      })
    }
    const chosen = heldOut.by === 'share' ? validation : shareOf(rest.length + 1, rule.validationShare)
    for (const participant of test) parts.test.add(participant)
    for (const participant of rest.slice(0, chosen)) parts.validation.add(participant)
    for (const participant of rest.slice(chosen)) parts.train.add(participant)
  }

  const of = (part: ReadonlySet<string>) => examples.filter(({ participantId }) => part.has(participantId))
  const test = heldOut.by === 'group' ? examples.filter(inGroup) : of(parts.test)
  return { train: of(parts.train), validation: of(parts.validation), test }
}

/** At least one, and never so many that two such parts leave nobody to train on. */
const shareOf = (count: number, share: number): number =>
  Math.max(1, Math.min(Math.round(count * share), Math.floor((count - 1) / 2)))

/**
 * The rules that together hold everybody out once: k folds, or every value of a column.
 *
 * @throws RangeError when the column has fewer than two values.
 */
export function heldOutRules(examples: readonly Splittable[], folds: number | string): readonly SplitRule['heldOut'][] {
  if (typeof folds === 'number') {
    return Array.from({ length: folds }, (_, at) => ({ by: 'fold' as const, folds, fold: at + 1 }))
  }
  const values = new Set(examples.flatMap(({ groups }) => groups?.[folds] ?? []))
  if (values.size < 2)
    throw new RangeError(`The column "${folds}" does not split the recordings: it has ${values.size} value(s).`)
  return [...values].sort().map((value) => ({ by: 'group' as const, column: folds, value }))
}
