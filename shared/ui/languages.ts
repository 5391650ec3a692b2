import en from './languages/en.json' with { type: 'json' }
import es from './languages/es.json' with { type: 'json' }
import ptBR from './languages/pt-BR.json' with { type: 'json' }

export const LANGUAGES = ['pt-BR', 'en', 'es'] as const
export type Language = (typeof LANGUAGES)[number]

/** Each language by its own name, for whoever cannot read the current one. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  'pt-BR': 'Português',
  en: 'English',
  es: 'Español',
}

export type Messages = Readonly<Record<string, string>>
export type Catalogue = Readonly<Record<Language, Messages>>

export type SharedMessageId = keyof typeof en

/** What the pieces in this folder say. An app's own catalogue is laid over it. */
export const sharedCatalogue: Record<Language, Record<SharedMessageId, string>> = { 'pt-BR': ptBR, en, es }

/** The first of `wanted` (BCP 47 tags, best first) that exists here, by whole tag and then by language; English otherwise. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const base = tag.split('-')[0]
    const found = LANGUAGES.find((l) => l === tag) ?? LANGUAGES.find((l) => l.split('-')[0] === base)
    if (found !== undefined) return found
  }
  return 'en'
}
