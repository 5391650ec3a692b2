import { expect } from '@playwright/test'
import { afterwards } from './afterwards.ts'
import { atTheMicrophone } from './atTheMicrophone.ts'
import { deviceViews } from './deviceViews.ts'
import { Hands } from './hands.ts'
import { newcomerViews } from './newcomerViews.ts'
import { homeOf, type Visit } from './visit.ts'

/**
 * Every view and every question that a whole encounter does not come by, after one: what is seen when something is refused, looked up,
 * cut off, locked or not there. Nothing is clicked. Afterwards the device is empty: it has erased itself.
 */
export async function otherViews(parts: Omit<Visit, 'hands'>): Promise<void> {
  const visit = { ...parts, hands: new Hands(parts.app.page) }
  await knownPatient(visit)
  await atTheMicrophone(visit)
  await afterwards(visit)
  await newcomerViews(visit)
  await deviceViews(visit)
}

/** From the worklist by the patient's page to the next encounter's microphone. */
async function knownPatient(visit: Visit): Promise<void> {
  const { app, hands, at } = visit
  const { page } = app
  await page.goto(homeOf(visit))
  await page.getByTestId('worklist-row').first().waitFor()
  await at('worklist-filled')
  await hands.fill('worklist-search', 'nobody')
  await expect(page.getByTestId('worklist-row')).toHaveCount(0)
  await at('worklist-nothing-found')
  await hands.fill('worklist-search', '')
  await hands.choose('filter-draft')
  await expect(page.getByTestId('worklist-row')).toHaveCount(0)
  await hands.choose('filter-complete')
  await expect(page.getByTestId('worklist-row')).toHaveCount(1)

  await hands.activate('open-participant')
  await page.getByTestId('repeat-encounter').waitFor()
  await at('participant-page')
  await hands.activate('withdraw')
  await page.getByTestId('withdraw-by').waitFor()
  await hands.fill('withdraw-by', 'N-12')
  await hands.tick('withdraw-explained')
  await expect(page.getByTestId('withdraw-confirm')).toBeEnabled()
  await at('withdraw')
  await hands.press('Escape')

  await hands.activate('repeat-encounter')
  await hands.activate('change-patient')
  await page.getByTestId('change-keep').waitFor()
  await at('change-patient')
  await hands.press('Escape')
  await hands.activate('next-step')
  await hands.activate('consent-refuse')
  await page.getByTestId('consent-refuse-confirm').waitFor()
  await at('consent-refuse')
  await hands.press('Escape')
  await hands.activate('consent-agree')
  await hands.fill('field-spo2Percent', '96')
  await hands.fill('field-respiratoryRatePerMin', '18')
  await hands.fill('field-systolicMmHg', '84')
  await hands.fill('field-diastolicMmHg', '132')
  await hands.press('Tab')
  await at('vitals-refused')
  await hands.fill('field-diastolicMmHg', '52')
  await hands.activate('to-microphone')
}
