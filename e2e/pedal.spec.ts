import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { chromium, expect, type Page, test } from '@playwright/test'

/** The pedal in a real browser, whose focus and clicks no double has: the module as it is, over the kinds of control a stage has. */
const MODULE = join(import.meta.dirname, '../renderer/recording/pedal.ts')
const STAGE = `<h1 tabindex="-1">Read the sentence</h1><button id="play">Play</button><button id="test">Test the microphone</button>
  <select id="microphone"><option>One</option><option>Two</option></select><input id="words"><output id="presses"></output>`

async function openStage(page: Page): Promise<void> {
  await page.setContent(STAGE)
  const pedal = stripTypeScriptTypes(await readFile(MODULE, 'utf8'))
  await page.addScriptTag({
    type: 'module',
    content: `${pedal}
      const presses = document.querySelector('#presses')
      listenToPedal(() => (presses.textContent += 'p'))
      const opener = document.querySelector('#test')
      opener.onclick = () => {
        const dialog = document.createElement('div')
        dialog.setAttribute('role', 'dialog')
        dialog.innerHTML = '<button id="close">Close</button>'
        document.body.append(dialog)
        dialog.firstChild.focus()
        // As Mantine does after its transition: the button that opened it has the focus again.
        dialog.firstChild.onclick = () => {
          dialog.remove()
          setTimeout(() => opener.focus(), 50)
        }
      }
      document.querySelector('h1').focus()`,
  })
}

test('space and enter are the pedal, also after a finger has touched a control; by keyboard a control keeps them', async () => {
  const browser = await chromium.launch({ executablePath: process.env['SPIRA_BROWSER'] || '/usr/bin/chromium' })
  try {
    await worksAsPedal(await browser.newPage())
  } finally {
    await browser.close()
  }
})

async function worksAsPedal(page: Page): Promise<void> {
  await openStage(page)
  const heading = page.getByRole('heading')
  const pressed = (times: number): Promise<void> => expect(page.locator('#presses')).toHaveText('p'.repeat(times))
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await pressed(2)

  await page.locator('#play').click()
  await expect(heading).toBeFocused()
  await page.keyboard.press('Space')
  await pressed(3)

  await page.locator('#test').click()
  await expect(page.locator('#close')).toBeFocused()
  await page.locator('#close').click()
  await expect(heading).toBeFocused()
  await page.keyboard.press('Enter')
  await pressed(4)

  await page.locator('#microphone').click()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.locator('#microphone')).toHaveValue('Two')
  await expect(heading).toBeFocused()
  await page.keyboard.press('Space')
  await pressed(5)

  await page.locator('#play').focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('#play')).toBeFocused()
  await page.locator('#words').click()
  await page.keyboard.press('Space')
  await pressed(5)
}
