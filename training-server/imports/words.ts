import type { Participant } from '@spira/shared/protocol/records.ts'

/** What a word was said to mean; upper and lower case are the same. */
export const wordMeaning = <T>(meanings: readonly { word: string; meaning: T }[], word: string): T | null =>
  meanings.find((each) => each.word.toLowerCase() === word.toLowerCase())?.meaning ?? null

const SEXES: ReadonlyMap<string, NonNullable<Participant['sex']>> = new Map([
  ...['f', 'female', 'woman', 'feminino', 'femenino', 'mulher', 'mujer', 'w'].map((word) => [word, 'female'] as const),
  ...['m', 'male', 'man', 'masculino', 'homem', 'hombre'].map((word) => [word, 'male'] as const),
  ...['o', 'other', 'outro', 'otro', 'x'].map((word) => [word, 'other'] as const),
])
export const sexOf = (word: string): NonNullable<Participant['sex']> | null => SEXES.get(word.toLowerCase()) ?? null

const numberOf = (word: string, least: number, most: number): number | null => {
  const value = /^\d{1,3}([.,]\d{1,4})?$/.test(word) ? Number(word.replace(',', '.')) : Number.NaN
  return value >= least && value <= most ? value : null
}
/** Whole years, 0 to 120; a part of a year is left off. */
export const ageOf = (word: string): number | null => {
  const years = numberOf(word, 0, 120)
  return years === null ? null : Math.floor(years)
}
/** Per cent, 30 to 100. */
export const spo2Of = (word: string): number | null => numberOf(word.replace(/\s*%$/, ''), 30, 100)

/** ISO 8601: a day, or an instant; from 1950 to tomorrow. */
export function instantOf(word: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(word)) return null
  const day = word.length === 10
  const at = new Date(day ? `${word}T12:00:00Z` : word.replace(' ', 'T'))
  const isThere = !Number.isNaN(at.getTime()) && (!day || at.toISOString().startsWith(word))
  return isThere && at.getTime() > Date.UTC(1950, 0) && at.getTime() < Date.now() + 86_400_000 ? at.toISOString() : null
}
