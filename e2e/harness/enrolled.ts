import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { type BrowserContext, expect, type Page } from '@playwright/test'
import { simulateSpeaker } from '../../apps/simulator/voice/simulateSpeaker.ts'
import { openBedside } from './bedside.ts'
import type { TestServer } from './server.ts'

const RATE = 48_000

/** A simulated speaker's read sentence as a WAV, to be the microphone. */
export async function speakerWav(folder: string): Promise<string> {
  const { samples } = await simulateSpeaker({
    seed: 77,
    condition: 'present',
    task: 'read-sentence',
    sampleRateHz: RATE,
  })
  const path = join(folder, 'speaker.wav')
  await writeFile(path, encodeWav(floatToPcm16(samples), RATE))
  return path
}

export interface EnrolledApp {
  readonly context: BrowserContext
  readonly page: Page
  readonly profile: string
}

/** The bedside app in a profile of its own, enrolled and at the worklist. */
export async function openEnrolled(
  server: TestServer,
  { folder, microphone, locale }: { readonly folder: string; readonly microphone: string; readonly locale?: string },
): Promise<EnrolledApp> {
  const profile = await mkdtemp(join(folder, 'profile-'))
  const context = await openBedside({ profile, microphone, ...(locale !== undefined && { locale }) })
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(`${server.url}/bedside/#enrol=${server.enrolmentCode('Demo site')}`)
  await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('active-model-version')).toContainText('0', { timeout: 60_000 })
  return { context, page, profile }
}
