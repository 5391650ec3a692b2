import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { ICON_SIZES, icnsOf, icoOf, type IconImage } from '../electron/packaging/icons.ts'
import { ensureBrowser } from './browser.ts'

/** `npm run -s shell:icons` draws renderer/public/icon.svg in Chromium, in every size, into electron/packaging/icons. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'electron/packaging/icons')
const svg = readFileSync(join(root, 'renderer/public/icon.svg'), 'utf8')

const browser = await chromium.launch({ executablePath: ensureBrowser(), args: ['--no-sandbox'] })
const images: IconImage[] = []
for (const size of ICON_SIZES) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`)
  images.push({ size, png: await page.screenshot({ omitBackground: true }) })
  await page.close()
}
await browser.close()

mkdirSync(folder, { recursive: true })
for (const { size, png } of images) writeFileSync(join(folder, `${size}x${size}.png`), png)
writeFileSync(join(folder, 'icon.ico'), icoOf(images))
writeFileSync(join(folder, 'icon.icns'), icnsOf(images))
console.log(`${images.length} PNGs, icon.ico and icon.icns written to electron/packaging/icons`)
