import { z } from 'zod'
import type { Answer, Answers } from './answers.ts'
import type { ClinicalProtocol, Condition, Field, FieldOf, Section } from './clinicalProtocol.ts'

/**
 * What a person has put in so far, by field: numbers, dates and codes as they were typed, so that nothing typed is lost and
 * nothing is read otherwise than it was written.
 */
export type Entry = string | boolean | readonly string[]
export interface Entries {
  readonly [field: string]: Entry | undefined
}
/** Unusual values that were confirmed, by field. A changed value asks again. */
export interface Confirmed {
  readonly [field: string]: number | undefined
}

/** `asks`: possible, but so unusual that it is asked once more. `refused`: `why` names the sentence. */
export type Reading =
  | { readonly status: 'empty' }
  | { readonly status: 'ok'; readonly value: Answer }
  | { readonly status: 'asks'; readonly value: number }
  | { readonly status: 'refused'; readonly why: Refusal }
  /** Contradicts `other`, which was answered with `limit`. */
  | {
      readonly status: 'refused'
      readonly why: 'not-below'
      readonly other: FieldOf<'number'>
      readonly limit: number
    }
export type Refusal =
  | 'not-a-number'
  | 'too-many-decimals'
  | 'impossible'
  | 'not-a-date'
  | 'in-the-future'
  | 'too-long'
  | 'not-a-code'

export interface ReadField {
  readonly field: Field
  readonly reading: Reading
}
export interface ReadSection {
  readonly section: Section
  readonly fields: readonly ReadField[]
  /** `attention`: something asks or is refused. `filled`: all that is expected is there. */
  readonly state: 'empty' | 'partly' | 'filled' | 'attention'
}
export interface ReadProtocol {
  /** The sections that are asked, with the fields that are asked, in order. */
  readonly sections: readonly ReadSection[]
  readonly answers: Answers
  /** Fields that ask or are refused: an encounter is not complete with one. */
  readonly unsettled: readonly Field[]
  /** Expected fields without an answer: named before an encounter is saved. */
  readonly missing: readonly Field[]
}

/**
 * What the entries mean under a protocol: which sections and fields are asked, and what each answer is.
 *
 * @param today ISO day where the device is; dates after it are in the future.
 */
export function readEntries(
  protocol: Pick<ClinicalProtocol, 'sections'>,
  entries: Entries,
  confirmed: Confirmed,
  today: string,
): ReadProtocol {
  const answers: Record<string, Answer> = {}
  const sections: ReadSection[] = []
  const asked = new Map<string, Field>()
  for (const section of protocol.sections) {
    if (!holds(section.when, answers)) continue
    const fields: ReadField[] = []
    for (const field of section.fields) {
      if (!holds(field.when, answers)) continue
      const alone = readEntry(field, entries[field.id], confirmed[field.id], today)
      const reading = againstOther(field, alone, asked, answers)
      fields.push({ field, reading })
      asked.set(field.id, field)
      if (reading.status === 'ok') answers[field.id] = reading.value
    }
    sections.push({ section, fields, state: stateOf(fields) })
  }
  const all = sections.flatMap(({ fields }) => fields)
  return {
    sections,
    answers,
    unsettled: all.filter(({ reading }) => isUnsettled(reading)).map(({ field }) => field),
    missing: all
      .filter(({ field, reading }) => field.expected === true && reading.status === 'empty')
      .map(({ field }) => field),
  }
}

/** A number that can be by itself may still contradict the one that it must be below. */
function againstOther(field: Field, alone: Reading, asked: ReadonlyMap<string, Field>, answers: Answers): Reading {
  if (field.kind !== 'number' || field.below === undefined) return alone
  if (alone.status !== 'ok' && alone.status !== 'asks') return alone
  const other = asked.get(field.below)
  const limit = answers[field.below]
  if (other?.kind !== 'number' || typeof limit !== 'number' || Number(alone.value) < limit) return alone
  return { status: 'refused', why: 'not-below', other, limit }
}

/** Whether a condition holds; what was not answered, or is not asked, is nothing. */
export function holds(condition: Condition | undefined, answers: Answers): boolean {
  if (condition === undefined) return true
  if ('all' in condition) return condition.all.every((part) => holds(part, answers))
  if ('any' in condition) return condition.any.some((part) => holds(part, answers))
  const answer = answers[condition.field]
  if (answer === undefined || typeof answer === 'number') return false
  return condition.is.some((value) => (Array.isArray(answer) ? answer.includes(String(value)) : answer === value))
}

/** What one entry means. */
export function readEntry(
  field: Field,
  entry: Entry | undefined,
  confirmed: number | undefined,
  today: string,
): Reading {
  switch (field.kind) {
    case 'number':
      return readNumber(field, typedIn(entry), confirmed)
    case 'date':
      return readDate(field, typedIn(entry), today)
    case 'text': {
      const text = typedIn(entry)
      if (text === '') return EMPTY
      return text.length > field.maxLength ? refused('too-long') : { status: 'ok', value: text }
    }
    case 'icd': {
      // Records write the code with its point or without: stored it has one.
      const code = typedIn(entry).toUpperCase().replace(POINTLESS_ICD, '$1.$2')
      if (code === '') return EMPTY
      return ICD_CODE.test(code) ? { status: 'ok', value: code } : refused('not-a-code')
    }
    case 'yes-no':
      return typeof entry === 'boolean' ? { status: 'ok', value: entry } : EMPTY
    case 'choice':
      return field.options.some(({ value }) => value === entry) ? { status: 'ok', value: String(entry) } : EMPTY
    case 'several': {
      const chosen = Array.isArray(entry)
        ? field.options.flatMap(({ value }) => (entry.includes(value) ? value : []))
        : []
      return chosen.length === 0 ? EMPTY : { status: 'ok', value: chosen }
    }
  }
}

/**
 * The first answer that cannot be under the protocol, by field; null when all can. Conditions are not looked at: they are the
 * form's, and an answer too many harms nobody.
 */
export function impossibleAnswer({ sections }: Pick<ClinicalProtocol, 'sections'>, answers: Answers): string | null {
  const fields = new Map(sections.flatMap((section) => section.fields.map((field) => [field.id, field] as const)))
  const found = Object.entries(answers).find(([id, answer]) => {
    const field = fields.get(id)
    return field === undefined || !canAnswer(field, answer) || !isBelow(field, answer, answers)
  })
  return found?.[0] ?? null
}

function isBelow(field: Field, answer: Answer, answers: Answers): boolean {
  const limit = field.kind === 'number' && field.below !== undefined ? answers[field.below] : undefined
  return typeof limit !== 'number' || typeof answer !== 'number' || answer < limit
}

function canAnswer(field: Field, answer: Answer): boolean {
  switch (field.kind) {
    case 'number':
      return typeof answer === 'number' && answer >= field.possible.min && answer <= field.possible.max
    case 'yes-no':
      return typeof answer === 'boolean'
    case 'several':
      return Array.isArray(answer) && answer.every((chosen) => field.options.some(({ value }) => value === chosen))
    case 'choice':
    case 'text':
    case 'icd':
    case 'date':
      return typeof answer === 'string' && readEntry(field, answer, undefined, LAST_DAY).status === 'ok'
  }
}

/** Whether a day has come is not asked again: where the device is it may be tomorrow. */
const LAST_DAY = '9999-12-31'

/** The chosen options after one was touched: the exclusive one stands alone. */
export function toggled(field: FieldOf<'several'>, chosen: readonly string[], option: string): readonly string[] {
  if (chosen.includes(option)) return chosen.filter((value) => value !== option)
  if (option === field.exclusive) return [option]
  return [...chosen.filter((value) => value !== field.exclusive), option]
}

/** ICD-10 (WHO): a letter, two digits, and where there is one the subdivision, for example `J18.9`. */
const ICD_CODE = /^[A-Z]\d{2}(\.\d{1,2})?$/

const POINTLESS_ICD = /^([A-Z]\d{2})(\d{1,2})$/

const EMPTY: Reading = { status: 'empty' }
const refused = (why: Refusal): Reading => ({ status: 'refused', why })
const typedIn = (entry: Entry | undefined): string => (typeof entry === 'string' ? entry.trim() : '')
const isUnsettled = ({ status }: Reading): boolean => status === 'asks' || status === 'refused'

/** Comma and point are both decimal marks; a thousands mark is neither, so that 1.200 is never read as 1200. */
function readNumber(field: FieldOf<'number'>, typed: string, confirmed: number | undefined): Reading {
  if (typed === '') return EMPTY
  const [, whole, fraction = ''] = /^(-?\d{1,7})(?:[.,](\d{1,7}))?$/.exec(typed) ?? []
  if (whole === undefined) return refused('not-a-number')
  if (fraction.replace(/0+$/, '').length > field.decimals) return refused('too-many-decimals')
  const value = Number(`${whole}.${fraction}`)
  if (value < field.possible.min || value > field.possible.max) return refused('impossible')
  const usual = value >= field.plausible.min && value <= field.plausible.max
  return usual || confirmed === value ? { status: 'ok', value } : { status: 'asks', value }
}

/** Days as the date field of the platform writes them, `2026-11-25`. */
function readDate(field: FieldOf<'date'>, typed: string, today: string): Reading {
  if (typed === '') return EMPTY
  if (!z.iso.date().safeParse(typed).success || typed < '1900-01-01') return refused('not-a-date')
  return field.future === 'refused' && typed > today ? refused('in-the-future') : { status: 'ok', value: typed }
}

function stateOf(fields: readonly ReadField[]): ReadSection['state'] {
  if (fields.some(({ reading }) => isUnsettled(reading))) return 'attention'
  const answered = fields.filter(({ reading }) => reading.status === 'ok')
  if (answered.length === 0) return 'empty'
  return fields.some(({ field, reading }) => field.expected === true && reading.status === 'empty')
    ? 'partly'
    : 'filled'
}
