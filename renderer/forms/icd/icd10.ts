import type { Language } from '@spira/shared/ui/languages.ts'
import rows from './icd10.json' with { type: 'json' }

/**
 * Codes of the respiratory diseases, and of what else brings their patients to a ward, in the WHO's ICD-10 (2019): a choice of 160
 * or so, worded by us in three languages, since no complete list in them is free to ship. Every other code may be typed.
 */
interface IcdEntry {
  readonly code: string
  readonly term: Readonly<Record<Language, string>>
  /** What a search is compared with, in every language at once: staff and app need not speak the same one. */
  readonly words: string
}

/** Without accents, so that "pneumonia lobar" is found by whoever types without them. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

const ENTRIES: readonly IcdEntry[] = rows.map(([code = '', ptBR = '', en = '', es = '']) => ({
  code,
  term: { 'pt-BR': ptBR, en, es },
  words: plain(`${code} ${code.replace('.', '')} ${ptBR} ${en} ${es}`),
}))
const BY_CODE = new Map(ENTRIES.map((entry) => [entry.code, entry]))
const MOST = 30

/** The term of a code; null for one that is not on the list. */
export const icdTerm = (code: string, language: Language): string | null => BY_CODE.get(code)?.term[language] ?? null

/** What was looked for, by the beginning of the code or by words in any order; terms in the language of the app come first. */
export function findIcd(query: string, language: Language): readonly IcdEntry[] {
  const words = plain(query)
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return []
  const found = ENTRIES.filter((entry) => words.every((word) => entry.words.includes(word)))
  const rank = ({ code, term }: IcdEntry): number => {
    if (plain(code).startsWith(words.join(' '))) return 0
    return words.every((word) => plain(term[language]).includes(word)) ? 1 : 2
  }
  return found.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST)
}
