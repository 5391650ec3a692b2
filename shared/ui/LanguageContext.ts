import { createContext, useContext } from 'react'
import type { Language } from './languages.ts'

export interface LanguageChoice {
  readonly language: Language
  readonly choose: (language: Language) => void
}

export const LanguageContext = createContext<LanguageChoice | null>(null)

/** The language of the app and how to change it. @throws Error outside AppProviders. */
export function useLanguage(): LanguageChoice {
  const choice = useContext(LanguageContext)
  if (choice === null) throw new Error('useLanguage needs AppProviders around it')
  return choice
}
