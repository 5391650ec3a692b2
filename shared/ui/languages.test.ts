import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chooseLanguage, LANGUAGES, sharedCatalogue } from './languages.ts'
import { catalogueProblems } from './catalogueProblems.ts'

describe('the shared languages', () => {
  it('have every message in every language, and none that nothing says', () => {
    const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
      .map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8'))
    expect(catalogueProblems(sharedCatalogue, sources)).toEqual([])
    expect(LANGUAGES).toHaveLength(3)
  })

  it('are chosen by whole tag, then by language, English last', () => {
    expect(chooseLanguage(['pt-PT', 'en'])).toBe('pt-BR')
    expect(chooseLanguage(['fr', 'es-MX'])).toBe('es')
    expect(chooseLanguage(['de'])).toBe('en')
  })
})
