import { expect } from '@playwright/test'
import { newId } from '@spira/shared/protocol/ids.ts'
import { enrolDevice } from '../../apps/simulator/fleet/enrolDevice.ts'
import { homeOf, type Visit } from './visit.ts'

/** A saved encounter, days later: why, its label and another device's, its summary, and the patient's chart. Begins where it was saved. */
export async function afterwards(visit: Visit): Promise<void> {
  const { server, app, hands, at } = visit
  const { page } = app
  const encounterId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await at('saved-redone')
  await hands.activate('saved-why')
  await expect(page.getByTestId('relevance').first()).toBeVisible({ timeout: 60_000 })
  await at('saved-why')

  await hands.choose('label-present')
  await hands.fill('label-cause', 'pneumonia')
  await page.getByTestId('label-begun').waitFor()
  await at('label-begun')
  await expect(page.getByTestId('encounter-sync')).toHaveAttribute('data-sync', 'synced', { timeout: 120_000 })
  await labelElsewhere(server, encounterId)
  await hands.tabTo('label-how')
  await hands.press('ArrowDown')
  await hands.activate('save-label')
  await expect(page.getByTestId('label-conflict')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('label-entry')).toHaveCount(2)
  await at('label-conflict')

  await hands.activate('to-summary')
  await expect(page.getByTestId('summary')).not.toContainText('14259401E')
  await hands.tick('with-identity')
  await expect(page.getByTestId('summary')).toContainText('14259401E')
  await at('summary-identity')

  await page.goto(homeOf(visit))
  await hands.activate('open-participant')
  // Score, oxygen saturation and respiratory rate, of two encounters.
  for (const chart of [0, 1, 2]) await expect(page.locator('figure').nth(chart).locator('circle')).toHaveCount(2)
  await at('participant-chart')
}

/** Another device of the site says the contrary. */
async function labelElsewhere(server: Visit['server'], encounterId: string): Promise<void> {
  const { client } = await enrolDevice(server.url, server.enrolmentCode('Demo site'), 'Ward A, bed 4')
  const givenAt = new Date().toISOString()
  const { rejected } = await client.sendEvents([
    {
      id: newId(),
      sequence: 1,
      occurredAt: givenAt,
      type: 'label.given',
      payload: { id: newId(), encounterId, value: 'absent', establishedBy: 'clinical', givenBy: 'M-4', givenAt },
    },
  ])
  expect(rejected).toEqual([])
}
