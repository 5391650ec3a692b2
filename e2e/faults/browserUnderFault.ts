import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { beginEncounter, killBrowser, openBedside, record, saveEncounter } from '../harness/bedside.ts'
import type { Expected, UnderFault } from './underFault.ts'

const RECORDED_SECONDS = 3

/**
 * A bedside device as it is on a ward: Chromium with a profile of its own, the built app, encounters recorded by hand from a fake
 * microphone. It is killed by `kill -9` and opened again on what its disk holds.
 */
export class BrowserUnderFault implements UnderFault {
  readonly kind = 'Chromium'
  readonly #folder: string
  readonly #microphone: string
  /** Encounters that the app showed as saved. */
  readonly #saved: string[] = []
  #profile = ''
  #url = ''
  #context: BrowserContext | null = null
  #opening: Promise<void> = Promise.resolve()

  constructor(folder: string, microphone: string) {
    this.#folder = folder
    this.#microphone = microphone
  }

  async enrol(serverUrl: string, code: string): Promise<void> {
    this.#profile = await mkdtemp(join(this.#folder, 'profile-'))
    this.#url = `${serverUrl}/bedside/`
    this.#context = await openBedside({ profile: this.#profile, microphone: this.#microphone })
    const page = this.#page()
    await page.goto(`${this.#url}#enrol=${code}`)
    await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 90_000 })
    // From here on it starts without a server, too.
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    await expect(page.getByTestId('active-model-version')).toContainText('0', { timeout: 60_000 })
  }

  /** From the worklist to "saved". @throws when the browser was killed meanwhile: then nobody was told that it is saved. */
  async save(): Promise<void> {
    await this.#opening
    const page = this.#page()
    page.setDefaultTimeout(60_000)
    await page.goto(this.#url)
    await beginEncounter(page)
    const id = /encounter\/([0-9a-f-]{36})/.exec(page.url())?.[1]
    await record(page, RECORDED_SECONDS)
    await saveEncounter(page)
    await expect(page.getByTestId('encounter-sync')).toBeVisible({ timeout: 60_000 })
    if (id !== undefined) this.#saved.push(id)
  }

  /** `kill -9`, whatever it is doing, and the app opened again. */
  async restart(): Promise<void> {
    const context = this.#context
    this.#opening = (async () => {
      if (context !== null) await killBrowser(context, this.#profile)
      this.#context = await openBedside({ profile: this.#profile, microphone: this.#microphone })
      await this.#page().goto(this.#url)
      await expect(this.#page().getByTestId('new-encounter')).toBeVisible({ timeout: 90_000 })
    })()
    await this.#opening
  }

  async said(): Promise<string> {
    return (await this.#page().getByTestId('sync-state').first().textContent({ timeout: 300 })) ?? ''
  }

  async unsent(): Promise<{ readonly waiting: number; readonly attention: readonly string[] }> {
    await this.#opening
    // A person passes by: a locked screen is unlocked, or nothing would be sent.
    await this.#page().getByTestId('sync-state').first().click({ trial: true, timeout: 60_000 })
    const rows = await this.#rows<{ state: string; reason: string | null }>('outbox')
    return {
      waiting: rows.filter(({ state }) => state !== 'synced').length,
      attention: rows.flatMap(({ state, reason }) => (state === 'attention' ? [reason ?? 'unknown'] : [])),
    }
  }

  async sendNow(): Promise<void> {
    const page = this.#page()
    await page.goto(`${this.#url}sync`)
    await page.getByTestId('send-now').click()
  }

  /** What its disk says was saved; an encounter that the screen showed as saved and the disk lacks is expected, too, and lost. */
  async expected(): Promise<readonly Expected[]> {
    await this.#opening
    const participants = new Map(
      (await this.#rows<{ id: string; participantId: string }>('encounters')).map(({ id, participantId }) => [
        id,
        participantId,
      ]),
    )
    const audio = (
      await this.#rows<{ id: string; kind: string; encounterId: string; sha256: string }>('outbox')
    ).filter(({ kind }) => kind === 'audio')
    const onDisk = audio.map(({ id, encounterId, sha256 }) => ({
      recordingId: id,
      encounterId,
      participantId: participants.get(encounterId) ?? 'unknown',
      sha256,
    }))
    const gone = this.#saved
      .filter((saved) => !onDisk.some(({ encounterId }) => encounterId === saved))
      .map((encounterId) => ({ recordingId: encounterId, encounterId, participantId: 'unknown', sha256: 'lost' }))
    return [...onDisk, ...gone]
  }

  async close(): Promise<void> {
    await this.#opening.catch(() => undefined)
    await this.#context?.close()
  }

  #page(): Page {
    const page = this.#context?.pages()[0]
    if (page === undefined) throw new Error('the browser is not running')
    return page
  }

  #rows<Row>(table: string): Promise<readonly Row[]> {
    return this.#page().evaluate(
      (name) =>
        new Promise<Row[]>((resolve, reject) => {
          const open = indexedDB.open('spira-edge')
          open.addEventListener('error', () => reject(open.error ?? new Error('not opened')))
          open.addEventListener('success', () => {
            const all = open.result.transaction(name).objectStore(name).getAll()
            all.addEventListener('success', () => {
              // Without what is sealed: it is large, and nothing here opens it.
              resolve((all.result as (Row & { sealed?: unknown })[]).map(({ sealed: _sealed, ...row }) => row as Row))
              open.result.close()
            })
          })
        }),
      table,
    )
  }
}
