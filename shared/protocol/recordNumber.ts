import type { IdentifierRule } from './clinicalProtocol.ts'

/** A record number as it is compared: capitals, without the blanks, points, slashes and hyphens that people write into it. */
export const bareRecordNumber = (typed: string): string => typed.toUpperCase().replace(/[\s./-]/g, '')

export type RecordNumberReading =
  | { readonly status: 'empty' }
  | { readonly status: 'ok'; readonly bare: string; readonly ruleId: string }
  | { readonly status: 'refused'; readonly why: 'form' | 'check-digit' }

/** Reads a record number by one of the site's rules; a wrong check digit is told apart from a wrong form. */
export function readRecordNumber(rule: IdentifierRule, typed: string): RecordNumberReading {
  const bare = bareRecordNumber(typed)
  if (bare === '') return { status: 'empty' }
  if (!new RegExp(rule.pattern, 'u').test(bare)) return { status: 'refused', why: 'form' }
  return CHECKS[rule.check](bare) ? { status: 'ok', bare, ruleId: rule.id } : { status: 'refused', why: 'check-digit' }
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
