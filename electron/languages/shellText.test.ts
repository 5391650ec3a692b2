import { expect, it } from 'vitest'
import { shellCatalogue, shellLanguageOf } from './shellText.ts'

it('every sentence of the shell is there in each language, and none is another language’s', () => {
  const { en, es, 'pt-BR': ptBR } = shellCatalogue
  expect(Object.keys(es)).toEqual(Object.keys(en))
  expect(Object.keys(ptBR)).toEqual(Object.keys(en))
  const all = [en, es, ptBR].flatMap((each) => Object.values(each))
  expect(all.every((sentence) => sentence.trim() !== '')).toBe(true)
  expect(new Set(all).size).toBe(all.length)
})

it.each([
  ['pt-BR', 'pt-BR'],
  ['pt-PT', 'pt-BR'],
  ['es-419', 'es'],
  ['en-GB', 'en'],
  ['de', 'en'],
  ['', 'en'],
] as const)('speaks, where the system speaks %s, %s', (locale, language) => {
  expect(shellLanguageOf(locale)).toBe(language)
})
