import type { IdentifierRule } from './clinicalProtocol.ts'

/** A record number as it is compared: capitals, without the blanks, points, slashes and hyphens that people write into it. */
export const bareRecordNumber = (typed: string): string => typed.toUpperCase().replace(/[\s./-]/g, '')

export type RecordNumberReading =
  | { readonly status: 'empty' }
  | { readonly status: 'ok'; readonly bare: string; readonly ruleId: string }
  /** It is written like a number of `by`, whose check digit it fails: asked once more, under a rule that checks nothing. */
  | { readonly status: 'asks'; readonly bare: string; readonly by: IdentifierRule }
  | { readonly status: 'refused'; readonly why: 'form' | 'check-digit' }

/** Reads a record number by one of the site's rules; a wrong check digit is told apart from a wrong form. */
export function readRecordNumber(rule: IdentifierRule, typed: string): RecordNumberReading {
  const bare = bareRecordNumber(typed)
  if (bare === '') return { status: 'empty' }
  if (!new RegExp(rule.pattern, 'u').test(bare)) return { status: 'refused', why: 'form' }
  return CHECKS[rule.check](bare) ? { status: 'ok', bare, ruleId: rule.id } : { status: 'refused', why: 'check-digit' }
}

/**
 * Reads a record number by the chosen rule and minds the others: what is written like the number of a rule that checks, and fails the
 * check of every such rule, is asked for once more.
 *
 * @param settled numbers, bare, that a person has said are right.
 */
export function readAmongRules(
  rules: readonly IdentifierRule[],
  chosen: IdentifierRule | null,
  typed: string,
  settled: readonly string[],
): RecordNumberReading {
  if (chosen === null) return { status: 'empty' }
  const reading = readRecordNumber(chosen, typed)
  if (reading.status !== 'ok' || chosen.check !== 'none' || settled.includes(reading.bare)) return reading
  const checked = rules
    .filter(({ check }) => check !== 'none')
    .map((rule) => ({ rule, reading: readRecordNumber(rule, typed) }))
  const slip = checked.find(({ reading: by }) => by.status === 'refused' && by.why === 'check-digit')
  if (slip === undefined || checked.some(({ reading: by }) => by.status === 'ok')) return reading
  return { status: 'asks', bare: reading.bare, by: slip.rule }
}

/** Which rule a number is read by, of the site's. */
export interface RuleChoice {
  /** For this encounter, by a person. */
  readonly chosen: string | undefined
  /** The number kept of the patient, and the rule it was read by; null where that was not noted. */
  readonly kept: { readonly recordNumber: string; readonly ruleId: string | null } | null
  /** What this device was last used with. */
  readonly remembered: string
}

/** The rule chosen for this encounter, else the one the patient's own number was read by, else the device's last. */
export function ruleFor(
  rules: readonly IdentifierRule[],
  { chosen, kept, remembered }: RuleChoice,
): IdentifierRule | null {
  const named = (id: string | null | undefined) => rules.find((rule) => rule.id === id)
  const number = kept?.recordNumber ?? ''
  const reads = number === '' ? [] : rules.filter((rule) => readRecordNumber(rule, number).status === 'ok')
  return (
    named(chosen) ??
    (number === '' ? undefined : named(kept?.ruleId)) ??
    reads.find(({ check }) => check !== 'none') ??
    reads[0] ??
    named(remembered) ??
    rules[0] ??
    null
  )
}

const digitsOf = (text: string): readonly number[] => Array.from(text, Number)
const weighted = (digits: readonly number[], weights: readonly number[]): number =>
  digits.reduce((sum, digit, index) => sum + digit * (weights[index] ?? 0), 0)

const CHECKS: Readonly<Record<IdentifierRule['check'], (bare: string) => boolean>> = {
  none: () => true,
  /**
   * Hospital das Clínicas, FMUSP: eight digits and a letter, `A` for 1 to `K` for 11. Weights as SPIRA's first collection app
   * checked them (spirabr/PWA-App, Form.js); the first digit does not count.
   */
  'hc-fmusp': (bare) => {
    const sum = weighted(digitsOf(bare.slice(0, 8)), [0, 8, 7, 6, 5, 4, 3, 1])
    return bare.at(-1) === String.fromCharCode(64 + 11 - (sum % 11))
  },
  /** The last character is the check digit of the digits before it: weights 2 to 9 from the right, modulo 11, 10 as `X`. */
  'modulo-11': (bare) => {
    const digits = digitsOf(bare.slice(0, -1)).toReversed()
    const left =
      (11 -
        (weighted(
          digits,
          digits.map((_, index) => 2 + (index % 8)),
        ) %
          11)) %
      11
    return bare.at(-1) === (left === 10 ? 'X' : String(left))
  },
  /** ISO/IEC 7812-1, annex B. */
  luhn: (bare) => {
    const doubled = digitsOf(bare)
      .toReversed()
      .map((digit, index) => (index % 2 === 1 ? digit * 2 : digit))
    return doubled.reduce((sum, value) => sum + (value > 9 ? value - 9 : value), 0) % 10 === 0
  },
}
