import { expect, type Page } from '@playwright/test'
import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import type { Language } from '@spira/shared/ui/languages.ts'

/** Each task says what to do in a picture and in words, what to say, and for how long. */
export async function expectPrompt(page: Page, task: string, language: Language): Promise<void> {
  const asked = defaultProtocol.tasks.find((each) => each.task === task)
  if (asked === undefined) throw new Error(`the protocol has no task ${task}`)
  await expect(page.getByTestId('task-picture')).toBeVisible()
  await expect(page.getByTestId('task-picture')).toHaveAttribute('data-task', task)
  await expect(page.getByText(asked.instructions[language], { exact: true })).toBeVisible()
  const numbers = [asked.minSeconds, asked.maxSeconds].map((seconds) => new Intl.NumberFormat(language).format(seconds))
  for (const number of numbers) await expect(page.getByTestId('task-times')).toContainText(number)
  if (asked.words === null) await expect(page.getByTestId('sentence')).toHaveCount(0)
  else await expect(page.getByTestId('sentence')).toHaveText(asked.words[language])
}

/** While somebody speaks the level moves, and the waveform and the spectrogram are drawn and go on. */
export async function expectLiveSound(page: Page): Promise<void> {
  const levels = new Set<string | null>()
  await expect
    .poll(async () => levels.add(await page.getByTestId('level').getAttribute('data-dbfs')).size)
    .toBeGreaterThan(3)
  for (const canvas of ['live-waveform', 'live-spectrogram']) {
    const before = await drawn(page, canvas)
    // One line in the middle is silence; a spectrogram of one colour is none.
    expect(before.share, `${canvas} is blank`).toBeGreaterThan(0.01)
    await expect
      .poll(async () => (await drawn(page, canvas)).hash, { message: `${canvas} stands` })
      .not.toBe(before.hash)
  }
}

/** Share of the pixels that differ from the commonest one, and a number for the whole. */
const drawn = (page: Page, testId: string): Promise<{ readonly share: number; readonly hash: number }> =>
  page.getByTestId(testId).evaluate((element) => {
    const context = element instanceof HTMLCanvasElement ? element.getContext('2d') : null
    if (context === null) throw new Error('no canvas')
    const { data } = context.getImageData(0, 0, context.canvas.width, context.canvas.height)
    const pixels = new Uint32Array(data.buffer)
    const counts = new Map<number, number>()
    let hash = 7
    for (const pixel of pixels) {
      counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
      hash = (Math.imul(hash, 31) + pixel) | 0
    }
    return { share: 1 - Math.max(...counts.values()) / pixels.length, hash }
  })

/** What was just recorded is heard: the position goes on until it is paused, and then stands. */
export async function expectPlays(page: Page): Promise<void> {
  const player = page.getByTestId('audio-player').first()
  const position = player.getByRole('slider')
  const seconds = async (): Promise<number> => Number(await position.inputValue())
  await player.getByRole('button').click()
  await expect.poll(seconds).toBeGreaterThan(0.3)
  const early = await seconds()
  await expect.poll(seconds).toBeGreaterThan(early)
  await player.getByRole('button').click()
  const paused = await seconds()
  await page.waitForTimeout(300)
  expect(await seconds()).toBeLessThan(paused + 0.2)
}
