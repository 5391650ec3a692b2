import { type ChildProcess, spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { beginEncounter, openBedside } from '../e2e/harness/bedside.ts'
import { target, withBedside } from './bedsideBench.ts'

/**
 * What a recording costs while waveform and spectrogram run and every window is scored: processor time of all the browser's processes as
 * a share of one core, alone and with one core kept busy by another program, and whether samples were lost. Target: none.
 */
const SECONDS = 20
/** USER_HZ of Linux. */
const TICKS_PER_SECOND = 100

/** Processor seconds of every process of this browser, its children included. */
async function browserSeconds(profile: string): Promise<number> {
  let ticks = 0
  const parents = new Map<string, string>()
  const used = new Map<string, number>()
  const roots = new Set<string>()
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    ])
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    parents.set(pid, fields[1] ?? '')
    used.set(pid, Number(fields[11] ?? 0) + Number(fields[12] ?? 0))
    if (command.includes(`--user-data-dir=${profile}`)) roots.add(pid)
  }
  for (const [pid, own] of used) {
    let at: string | undefined = pid
    while (at !== undefined && at !== '' && !roots.has(at)) at = parents.get(at)
    if (at !== undefined && roots.has(at)) ticks += own
  }
  return ticks / TICKS_PER_SECOND
}

async function recordOnce(page: Page, profile: string, name: string): Promise<void> {
  await page.getByTestId('start-recording').click()
  await page.waitForFunction(() => document.querySelector('[data-testid=elapsed]') !== null)
  const [before, wallBefore] = [await browserSeconds(profile), performance.now()]
  await page.waitForTimeout(SECONDS * 1000)
  const share = (await browserSeconds(profile)) - before
  const wall = (performance.now() - wallBefore) / 1000
  await page.getByTestId('stop-recording').click()
  await page.getByTestId('result-quality').waitFor()
  // Whatever was lost is a finding: zeros in the sound, and blocks that the track's time stamps miss.
  const lost = await page.locator('[data-testid=finding][data-code=dropped-samples]').count()
  console.log(
    `${name}: ${((100 * share) / wall).toFixed(0)} % of one core over ${wall.toFixed(0)} s; samples lost: ${lost === 0 ? 'none' : 'YES'}`,
  )
  target(`takes with lost samples, ${name}`, lost, 0)
  await page.getByTestId('redo').click()
}

await withBedside(async ({ folder, server, microphone }) => {
  const profile = join(folder, 'profile')
  const context = await openBedside({ profile, microphone })
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(`${server.url}/bedside/#enrol=${server.enrolmentCode('Demo site')}`)
  await page.getByTestId('new-encounter').waitFor()
  await beginEncounter(page)
  await page.getByTestId('task-free-speech').click()
  await recordOnce(page, profile, 'alone')
  const busy: ChildProcess = spawn(process.execPath, ['-e', 'for (;;) Math.sqrt(2)'])
  try {
    await recordOnce(page, profile, 'one core busy')
  } finally {
    busy.kill('SIGKILL')
  }
  await context.close()
})
