import { expect, type Page } from '@playwright/test'
import { Hands } from './hands.ts'

export interface Way {
  /** Each step that stood between the worklist and the microphone, in its order. */
  readonly steps: readonly string[]
  readonly keys: number
}

/**
 * The shortest way from the worklist to a microphone that can be started, by keyboard alone: nothing is answered that may wait. The
 * encounter is given up by a refused consent afterwards, so that nothing of it is left.
 */
export async function shortestWay(page: Page): Promise<Way> {
  const hands = new Hands(page)
  const steps: string[] = []
  const atStep = async (name: string): Promise<void> => {
    await expect(page.locator('[aria-current=step]').and(page.getByTestId(`step-${name}`))).toBeVisible()
    steps.push(name)
  }
  await hands.tabTo('new-encounter')
  await hands.press('Enter')
  await atStep('participant')
  await expect(page.getByTestId('initials')).toBeFocused()
  await hands.tabTo('operator-code')
  await hands.type('N-12')
  await hands.press('Enter')
  await atStep('consent')
  await hands.tabTo('consent-agree')
  await hands.press('Enter')
  await atStep('answers')
  await hands.tabTo('to-microphone')
  await hands.press('Enter')
  await expect(page.getByTestId('start-recording')).toBeEnabled()
  const { keys } = hands

  await hands.tabTo('step-consent')
  await hands.press('Enter')
  await hands.tabTo('consent-refuse')
  await hands.press('Enter')
  await hands.tabTo('consent-refuse-confirm')
  await hands.press('Enter')
  await expect(page.getByTestId('new-encounter')).toBeVisible()
  await expect(page.getByTestId('worklist-row')).toHaveCount(0)
  return { steps, keys }
}
