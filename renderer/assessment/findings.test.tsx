import { MantineProvider } from '@mantine/core'
import { qualityCodeSchema } from '@spira/shared/protocol/quality.ts'
import { LANGUAGES, type Language } from '@spira/shared/ui/languages.ts'
import { IntlProvider } from 'react-intl'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { appCatalogue } from '../app/messages.ts'
import { Findings } from './Findings.tsx'

const CODES = qualityCodeSchema.options

/** The sentence of each finding as it is drawn, in the order of the codes, with the icon that stands before it. */
const drawn = (language: Language, severity: 'warning' | 'refusal') =>
  [
    ...renderToStaticMarkup(
      <MantineProvider>
        <IntlProvider locale={language} messages={appCatalogue[language]}>
          <Findings findings={CODES.map((code) => ({ code, severity, leastMs: 2400 }))} />
        </IntlProvider>
      </MantineProvider>,
    ).matchAll(/tabler-icon-([a-z-]+).*?<span>(.*?)<\/span>/g),
  ].map(([, icon = '', sentence = '']) => ({ icon, sentence }))

test.each(LANGUAGES)('promise 3: each finding has a sentence of its own and an icon, in %s', (language) => {
  const warnings = drawn(language, 'warning')
  expect(warnings).toHaveLength(CODES.length)
  expect(new Set(warnings.map(({ sentence }) => sentence)).size).toBe(CODES.length)
  for (const { icon, sentence } of warnings) {
    expect(icon).toBe('alert-triangle')
    // A sentence, not its key, and nothing left to fill in.
    expect(sentence).toMatch(/^\p{Lu}.{15,}[.?]$/u)
    expect(sentence).not.toMatch(/finding\.|[{}]/)
  }
  expect(drawn(language, 'refusal').every(({ icon }) => icon === 'ban')).toBe(true)
  expect(warnings[CODES.indexOf('too-short')]?.sentence).toContain('3')
})

test('promise 3: no language leaves a finding in the words of another', () => {
  for (const at of CODES.keys()) {
    const sentences = LANGUAGES.map((language) => drawn(language, 'warning')[at]?.sentence)
    expect(new Set(sentences).size, CODES[at]).toBe(LANGUAGES.length)
  }
})
