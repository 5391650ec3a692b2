import { expect } from '@playwright/test'
import { homeOf, type Visit } from './visit.ts'

/** Somebody who may be known already, and the sections that are asked of some patients only. */
export async function newcomerViews(visit: Visit): Promise<void> {
  const { app, hands, at } = visit
  const { page } = app
  await page.goto(homeOf(visit))
  await hands.activate('new-encounter')
  await hands.fill('initials', 'MS')
  await hands.choose('sex-female')
  await hands.fill('age', '61')
  await page.getByTestId('alike').waitFor()
  await at('participant-alike')
  // Written like an HC-FMUSP number, whose check digit it fails.
  await hands.fill('record-number', '14259401A')
  await hands.press('Tab')
  await page.getByTestId('number-asks').waitFor()
  await at('participant-number-asks')
  await hands.fill('record-number', '14259401E')
  await page.getByTestId('participant-known').waitFor()
  await at('participant-known')
  await hands.fill('record-number', '')
  await expect(page.getByTestId('participant-known')).toHaveCount(0)
  await hands.fill('operator-code', 'N-12')
  await hands.press('Enter')

  await hands.activate('consent-agree')
  await sections(visit)

  // Answers were given: to make them somebody else's is asked for.
  await hands.activate('step-participant')
  await hands.fill('record-number', '14259401E')
  await hands.activate('adopt-participant')
  await page.getByTestId('change-adopt').waitFor()
  await at('change-adopt')
  await hands.press('Escape')
}

async function sections({ app: { page }, hands, at }: Visit): Promise<void> {
  await hands.activate('section-study')
  await hands.choose('field-studyLine-asthma')
  await hands.activate('section-asthma')
  await hands.choose('field-asthmaControl-partly')
  await at('asthma')

  await hands.activate('section-study')
  await hands.choose('field-studyLine-smoking')
  await hands.choose('field-smokerStatus-current')
  await hands.activate('section-smoking')
  await hands.choose('field-smokingKind-both')
  await hands.tabTo('field-traditionalPackYears')
  await at('smoking')

  await hands.activate('section-study')
  await hands.choose('field-studyLine-respiratory-insufficiency')
  await hands.activate('section-insufficiency')
  await hands.fill('field-icdCode', 'J18')
  await expect(page.getByRole('listbox').getByRole('option').first()).toBeVisible()
  await at('icd-list')
  await hands.press('Escape')
}
