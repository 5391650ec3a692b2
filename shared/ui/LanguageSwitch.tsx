import { NativeSelect } from '@mantine/core'
import { useLanguage } from './LanguageContext.ts'
import { LANGUAGE_NAMES, LANGUAGES } from './languages.ts'
import { useText } from './useText.ts'

/** Chooses the language; each is written in itself. */
export function LanguageSwitch() {
  const text = useText()
  const { language, choose } = useLanguage()
  return (
    <NativeSelect
      aria-label={text('language.label')}
      data-testid="language"
      value={language}
      onChange={(event) => {
        const chosen = LANGUAGES.find((l) => l === event.currentTarget.value)
        if (chosen !== undefined) choose(chosen)
      }}
      data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
    />
  )
}
