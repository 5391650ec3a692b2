import { MantineProvider } from '@mantine/core'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { IntlProvider } from 'react-intl'
import { LanguageContext } from './LanguageContext.ts'
import { type Catalogue, chooseLanguage, type Language, sharedCatalogue } from './languages.ts'
import { theme } from './theme.ts'
import './ui.css'

const STORAGE_KEY = 'spira-language'

/** Theme, colour scheme and language of an app; both choices are remembered on this device. */
export function AppProviders({ catalogue, children }: { catalogue: Catalogue; children: ReactNode }) {
  const [language, setLanguage] = useState(rememberedLanguage)
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const choice = useMemo(
    () => ({
      language,
      choose: (next: Language) => {
        localStorage.setItem(STORAGE_KEY, next)
        setLanguage(next)
      },
    }),
    [language],
  )
  const messages = useMemo(() => ({ ...sharedCatalogue[language], ...catalogue[language] }), [language, catalogue])
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <LanguageContext value={choice}>
        <IntlProvider locale={language} messages={messages} defaultLocale="en">
          {children}
        </IntlProvider>
      </LanguageContext>
    </MantineProvider>
  )
}

function rememberedLanguage(): Language {
  const remembered = localStorage.getItem(STORAGE_KEY)
  return chooseLanguage(remembered === null ? navigator.languages : [remembered, ...navigator.languages])
}
