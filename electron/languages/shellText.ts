import en from './en.json' with { type: 'json' }
import es from './es.json' with { type: 'json' }
import ptBR from './pt-BR.json' with { type: 'json' }

export type ShellLanguage = 'pt-BR' | 'en' | 'es'
export type ShellTextId = keyof typeof en

export const shellCatalogue: Readonly<Record<ShellLanguage, Readonly<Record<ShellTextId, string>>>> = {
  'pt-BR': ptBR,
  en,
  es,
}

/** What the shell itself says: in dialogs, in its menu, and as the sentence of a refusal. */
export const shellText = (language: ShellLanguage, id: ShellTextId): string => shellCatalogue[language][id]

/** @param locale the operating system's, as a BCP 47 tag (`app.getLocale()`). */
export function shellLanguageOf(locale: string): ShellLanguage {
  if (locale.startsWith('pt')) return 'pt-BR'
  return locale.startsWith('es') ? 'es' : 'en'
}
