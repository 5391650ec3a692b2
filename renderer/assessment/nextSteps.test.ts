import { LANGUAGES } from '@spira/shared/ui/languages.ts'
import { expect, test } from 'vitest'
import { appCatalogue } from '../app/messages.ts'
import { NEXT_STEPS } from './nextSteps.ts'

const decisions = ['positive', 'negative', 'uncertain'] as const

test('each decision leads to its own steps, every one in the catalogue and none left over', () => {
  for (const decision of decisions)
    for (const id of NEXT_STEPS[decision]) expect(id).toMatch(new RegExp(`^next\\.${decision}\\.\\d$`))
  const shown: readonly string[] = decisions.flatMap((decision) => NEXT_STEPS[decision])
  for (const language of LANGUAGES) {
    const known = Object.keys(appCatalogue[language]).filter((id) => /^next\.\w+\.\d$/.test(id))
    expect(known.toSorted(), language).toEqual(shown.toSorted())
  }
})

test('promise 3: a professional is alarmed before the patient, and before anything is measured again', () => {
  expect(appCatalogue.en[NEXT_STEPS.positive[0]]).toBe('Tell the professional in charge first, before the patient.')
  expect(appCatalogue.en[NEXT_STEPS.negative[0]]).toMatch(/^Repeat later/)
})
