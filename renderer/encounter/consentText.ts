import type { Language } from '@spira/shared/ui/languages.ts'
import { appCatalogue } from '../app/messages.ts'

/** Version of the words below; stored with every consent. A change of the words is a new version. */
export const CONSENT_VERSION = 'consent-1'

/** The consent text, in the patient's language, which need not be the app's. */
export function consentText(language: Language): readonly string[] {
  const messages = appCatalogue[language]
  return [
    messages['consent.1'],
    messages['consent.2'],
    messages['consent.3'],
    messages['consent.4'],
    messages['consent.5'],
  ]
}
