import { z } from 'zod'
import { taskSchema } from './records.ts'

/**
 * What a site asks at the bedside, as data: an administrator publishes versions of it on the server, devices keep them, and each
 * encounter names the version it was filled in with. clinicalProtocolAnswers.ts says what given answers mean under one.
 */

/** Said in every language of the app: a protocol without one of them is refused as a whole. */
export const spokenTextSchema = z.object({
  'pt-BR': z.string().trim().min(1),
  en: z.string().trim().min(1),
  es: z.string().trim().min(1),
})
export type SpokenText = z.infer<typeof spokenTextSchema>

/** Name of a field, section or option in stored answers and exports: never shown, never translated, never reused. */
const nameSchema = z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]{0,39}$/, 'a name is letters, digits and hyphens')

/** A type, not an interface: a protocol is plain JSON, and only a type is assignable to that. */
export type FieldIs = {
  readonly field: string
  /** True when the answer is one of these; of several chosen, when any is. */
  readonly is: readonly (string | boolean)[]
}
export type Condition = FieldIs | { readonly all: readonly Condition[] } | { readonly any: readonly Condition[] }

const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ field: nameSchema, is: z.array(z.union([z.string(), z.boolean()])).min(1) }),
    z.strictObject({ all: z.array(conditionSchema).min(1) }),
    z.strictObject({ any: z.array(conditionSchema).min(1) }),
  ]),
)

const rangeSchema = z
  .strictObject({ min: z.number(), max: z.number() })
  .refine(({ min, max }) => min < max, 'the least must be below the most')

const fieldBase = {
  id: nameSchema,
  label: spokenTextSchema,
  hint: spokenTextSchema.optional(),
  /** Missing at the end, it is asked for once more; it never holds an encounter back. */
  expected: z.boolean().optional(),
  when: conditionSchema.optional(),
}

const optionSchema = z.strictObject({ value: nameSchema, label: spokenTextSchema })
const optionsSchema = z
  .array(optionSchema)
  .min(2)
  .max(60)
  .refine((options) => new Set(options.map(({ value }) => value)).size === options.length, 'an option is named twice')

export const fieldSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...fieldBase,
    kind: z.literal('number'),
    /** As printed beside the value: `mmHg` in every language, or a word in each. */
    unit: z.union([z.string().max(16), spokenTextSchema]),
    decimals: z.number().int().min(0).max(3),
    /** Outside it cannot be: refused. */
    possible: rangeSchema,
    /** Outside it is unusual: asked once more. */
    plausible: rangeSchema,
    /** The number asked before that it must be below, as the diastolic pressure of the systolic. */
    below: nameSchema.optional(),
  }),
  z.strictObject({ ...fieldBase, kind: z.literal('choice'), options: optionsSchema }),
  z.strictObject({
    ...fieldBase,
    kind: z.literal('several'),
    options: optionsSchema,
    /** Choosing it leaves every other; choosing another leaves it. */
    exclusive: nameSchema.optional(),
  }),
  z.strictObject({ ...fieldBase, kind: z.literal('text'), maxLength: z.number().int().min(1).max(2000) }),
  z.strictObject({ ...fieldBase, kind: z.literal('date'), future: z.enum(['refused', 'allowed']) }),
  z.strictObject({ ...fieldBase, kind: z.literal('yes-no') }),
  z.strictObject({ ...fieldBase, kind: z.literal('icd') }),
])
export type Field = z.infer<typeof fieldSchema>
export type FieldOf<Kind extends Field['kind']> = Extract<Field, { kind: Kind }>

export const sectionSchema = z.strictObject({
  id: nameSchema,
  title: spokenTextSchema,
  hint: spokenTextSchema.optional(),
  when: conditionSchema.optional(),
  fields: z.array(fieldSchema).min(1).max(80),
})
export type Section = z.infer<typeof sectionSchema>

/** How record numbers of a site are written, and the sum that tells a slip of the pen; see recordNumber.ts. */
export const identifierRuleSchema = z.strictObject({
  id: nameSchema,
  label: spokenTextSchema,
  example: z.string().min(1).max(40),
  /** Regular expression of the number without blanks, points and hyphens. */
  pattern: z.string().max(120).refine(isPattern, 'not a regular expression'),
  check: z.enum(['none', 'hc-fmusp', 'modulo-11', 'luhn']),
})
export type IdentifierRule = z.infer<typeof identifierRuleSchema>

export const protocolTaskSchema = z
  .strictObject({
    task: taskSchema,
    title: spokenTextSchema,
    /** To the operator and the patient, before it begins. */
    instructions: spokenTextSchema,
    /** What the patient reads or says; null where there are no given words. */
    words: spokenTextSchema.nullable(),
    /** Shorter than this the take is asked to be done again. */
    minSeconds: z.number().min(0.5).max(600),
    /** At this length the take ends by itself. */
    maxSeconds: z.number().min(1).max(600),
    /** This much silence after speech ends the take by itself; null where silence is what is recorded. */
    silenceStopSeconds: z.number().min(0.5).max(30).nullable(),
    expected: z.boolean(),
  })
  .refine(({ minSeconds, maxSeconds }) => minSeconds < maxSeconds, 'the least length must be below the most')
export type ProtocolTask = z.infer<typeof protocolTaskSchema>

export const consentTextSchema = z.strictObject({
  /** Changes with every change of the words; stored with every consent. */
  version: z.string().min(1).max(40),
  paragraphs: z.array(spokenTextSchema).min(1).max(20),
})

/** Answers that other parts of the product read as typed records: the protocol may word and bound them, not drop them. */
export const CORE_NUMBERS = ['spo2Percent', 'heartRatePerMin', 'respiratoryRatePerMin'] as const

export const clinicalProtocolSchema = z
  .strictObject({
    /** From 1; the next one published is the next number. */
    version: z.number().int().positive(),
    title: spokenTextSchema,
    consent: consentTextSchema,
    identifierRules: z.array(identifierRuleSchema).max(10),
    sections: z.array(sectionSchema).min(1).max(40),
    tasks: z.array(protocolTaskSchema).min(1).max(12),
  })
  .superRefine((protocol, context) => {
    for (const problem of protocolProblems(protocol))
      context.addIssue({ code: 'custom', path: [...problem.path], message: problem.message })
  })
export type ClinicalProtocol = z.infer<typeof clinicalProtocolSchema>

interface Problem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** What single fields cannot tell: names used twice, conditions on what is not asked before, core numbers missing. */
function protocolProblems({ sections, tasks }: Pick<ClinicalProtocol, 'sections' | 'tasks'>): readonly Problem[] {
  const problems: Problem[] = []
  const asked = new Map<string, Field>()
  const sectionIds = new Set<string>()
  const checkCondition = (condition: Condition | undefined, path: readonly (string | number)[]): void => {
    for (const { field, is } of condition === undefined ? [] : leavesOf(condition)) {
      const earlier = asked.get(field)
      if (earlier === undefined) problems.push({ path, message: `"${field}" is not asked before this` })
      else if (is.some((value) => !canBe(earlier, value)))
        problems.push({ path, message: `"${field}" has no such answer: ${is.join(', ')}` })
    }
  }
  sections.forEach((section, s) => {
    const path = ['sections', s]
    if (sectionIds.has(section.id)) problems.push({ path: [...path, 'id'], message: `section "${section.id}" twice` })
    sectionIds.add(section.id)
    checkCondition(section.when, [...path, 'when'])
    section.fields.forEach((field, f) => {
      const at = [...path, 'fields', f]
      if (asked.has(field.id)) problems.push({ path: [...at, 'id'], message: `field "${field.id}" twice` })
      checkCondition(field.when, [...at, 'when'])
      if (field.kind === 'number' && !isWithin(field.plausible, field.possible))
        problems.push({ path: [...at, 'plausible'], message: 'what is plausible must be possible' })
      if (field.kind === 'number' && field.below !== undefined && asked.get(field.below)?.kind !== 'number')
        problems.push({ path: [...at, 'below'], message: `no number "${field.below}" is asked before this` })
      if (field.kind === 'several' && field.exclusive !== undefined && !canBe(field, field.exclusive))
        problems.push({ path: [...at, 'exclusive'], message: `no option "${field.exclusive}"` })
      asked.set(field.id, field)
    })
  })
  for (const id of CORE_NUMBERS)
    if (asked.get(id)?.kind !== 'number')
      problems.push({ path: ['sections'], message: `"${id}" must be asked as a number` })
  if (new Set(tasks.map(({ task }) => task)).size !== tasks.length)
    problems.push({ path: ['tasks'], message: 'a task is listed twice' })
  return problems
}

const leavesOf = (condition: Condition): readonly FieldIs[] =>
  'field' in condition ? [condition] : ('all' in condition ? condition.all : condition.any).flatMap(leavesOf)

function canBe(field: Field, value: string | boolean): boolean {
  if (field.kind === 'yes-no') return typeof value === 'boolean'
  return (field.kind === 'choice' || field.kind === 'several') && field.options.some((option) => option.value === value)
}

const isWithin = (inner: { min: number; max: number }, outer: { min: number; max: number }): boolean =>
  inner.min >= outer.min && inner.max <= outer.max

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== ''
  } catch {
    return false
  }
}
