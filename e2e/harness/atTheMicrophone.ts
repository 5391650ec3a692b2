import { expect } from '@playwright/test'
import { homeOf, stopTake, takeLasts, type Visit } from './visit.ts'

/** What the recording step shows when something is wrong with the microphone or the sound; ends in a saved encounter with a redone take. */
export async function atTheMicrophone(visit: Visit): Promise<void> {
  const { app, patient, hands, at } = visit
  const { page } = app
  const encounter = page.url()
  await hands.activate('microphone-test')
  await patient.doTask('read-sentence')
  await hands.activate('microphone-test-start')
  await page.waitForTimeout(3000)
  await hands.activate('microphone-test-stop')
  await page.getByRole('dialog').getByRole('meter').waitFor({ state: 'detached' })
  await at('microphone-test')
  await hands.press('Escape')

  const picker = page.getByTestId('microphone')
  const before = await picker.inputValue()
  await hands.tabTo('microphone')
  await hands.press('ArrowDown')
  await expect(picker).not.toHaveValue(before)
  await hands.press('ArrowUp')
  await expect(picker).toHaveValue(before)

  await patient.saysNothing()
  await hands.activate('task-read-sentence')
  await hands.activate('start-recording')
  await takeLasts(page, 3000)
  await at('nothing-heard')
  await stopTake(visit)
  await page.getByTestId('result-refused').waitFor()
  await at('review-refused')
  await hands.activate('to-result')
  await page.getByTestId('keep-patient-left').waitFor()
  await at('keep')
  await hands.press('Escape')
  await hands.activate('step-result')
  await page.getByTestId('missing-tasks').waitFor()
  await expect(page.getByTestId('missing-answers')).toBeVisible()
  await at('result-incomplete')
  await hands.activate('save-encounter')
  await page.getByTestId('save-unspoken').waitFor()
  await at('save-unspoken')
  await hands.press('Escape')
  await hands.activate('record-another')
  await withAnotherMicrophone(visit)
  await cutOff(visit)
  await page.goto(encounter)
  await withoutMicrophone(visit)
  await redone(visit)
}

async function withAnotherMicrophone({ app: { page }, hands, at }: Visit): Promise<void> {
  await page.evaluate(() => {
    localStorage.setItem('spira-microphone', 'one that is not connected')
    localStorage.setItem('spira-microphone-label', 'Jabra SPEAK 510')
  })
  await page.reload()
  await page.getByTestId('microphone-gone').waitFor()
  await at('microphone-gone')
  await hands.activate('task-nursery-rhyme')
  await hands.activate('start-recording')
  await page.getByTestId('record-with-other').waitFor()
  await at('microphone-other')
  await hands.activate('record-with-other')
  await takeLasts(page, 2000)
}

/** The running take ends as a crash leaves it. */
async function cutOff(visit: Visit): Promise<void> {
  const { app, hands, at } = visit
  const { page } = app
  await page.goto('about:blank')
  await page.goto(homeOf(visit))
  await page.getByTestId('interrupted').waitFor()
  await at('interrupted')
  await hands.activate('discard-interrupted')
  await page.getByTestId('discard-confirm').waitFor()
  await at('interrupted-discard')
  await hands.activate('discard-confirm')
  await expect(page.getByTestId('interrupted')).toHaveCount(0)
}

async function withoutMicrophone({ app: { page }, hands, at }: Visit): Promise<void> {
  await page.evaluate(() => {
    localStorage.removeItem('spira-microphone')
    localStorage.removeItem('spira-microphone-label')
  })
  await page.reload()
  await hands.activate('task-nursery-rhyme')
  for (const [view, name] of [
    ['microphone-refused', 'NotAllowedError'],
    ['microphone-missing', 'NotFoundError'],
    ['microphone-busy', 'NotReadableError'],
  ] as const) {
    await page.evaluate((error) => {
      navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException('', error)
      }
    }, name)
    await hands.activate('start-recording')
    await expect(page.getByTestId('microphone-error')).toBeVisible()
    await at(view)
  }
  await page.reload()
}

/** The silent take is redone with a microphone whose sound the system alters; what it says of itself is shown and stored. */
async function redone(visit: Visit): Promise<void> {
  const { app, patient, hands, at } = visit
  const { page } = app
  await patient.doTask('read-sentence')
  await hands.activate('task-read-sentence')
  await page.evaluate(() => {
    const honest = MediaStreamTrack.prototype.getSettings
    MediaStreamTrack.prototype.getSettings = function altered() {
      return { ...honest.call(this), noiseSuppression: true, autoGainControl: true, sampleRate: 16_000 }
    }
  })
  // A machine that is kept busy may lose blocks: such a take is redone, too.
  for (let time = 0; time < 4 && (await page.getByTestId('result-refused').count()) > 0; time++) {
    await hands.activate('redo')
    await hands.activate('start-recording')
    await takeLasts(page, 6500)
    await stopTake(visit)
  }
  await expect(page.getByTestId('capture-processed')).toBeVisible()
  await expect(page.getByTestId('capture-resampled')).toBeVisible()
  await at('review-altered')
  await hands.activate('to-result')
  await hands.activate('save-encounter')
  await hands.activate('save-unspoken')
  await expect(page.getByTestId('save-label')).toBeVisible()
}
