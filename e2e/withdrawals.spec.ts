import { mkdtemp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, expect, type Page, test } from '@playwright/test'
import type { DeviceEvent } from '@spira/shared/protocol/events.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { enrolDevice } from '../apps/simulator/fleet/enrolDevice.ts'
import { expectAccessible } from './harness/axe.ts'
import { beginEncounter, openBedside, record, saveEncounter } from './harness/bedside.ts'
import { querying } from './harness/database.ts'
import { speakerWav } from './harness/enrolled.ts'
import { type ConsoleBed, startConsoleBed } from './harness/consoleBed.ts'
import type { TestServer } from './harness/server.ts'
import { signInAsAdmin } from './harness/signInAsAdmin.ts'

/** Withdrawals, keeping periods, labels that disagree and carried files, as whoever looks after the records meets them. */

const AT = '2026-11-20T09:30:00.000Z'
const PICTURES = process.env['SPIRA_PICTURES']
let bed: ConsoleBed | undefined
let folder: string
let server: TestServer
let browser: Browser

test.beforeAll(async () => {
  bed = await startConsoleBed('withdrawals')
  ;({ folder, server, browser } = bed)
})
test.afterAll(() => bed?.stop())

const picture = async (page: Page, name: string): Promise<void> => {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}

/** Two devices of one site, and an encounter that both have labelled, differently. @returns the participant's pseudonym. */
async function labelledTwice(): Promise<string> {
  const [one, two] = [
    await enrolDevice(server.url, server.enrolmentCode('Demo site'), 'Ward A, bed 3'),
    await enrolDevice(server.url, server.enrolmentCode('Demo site'), 'Ward A, bed 4'),
  ]
  const [participantId, encounterId] = [newId(), newId()]
  const { id: siteId } = one.enrolment.site
  const consent = { given: true, textVersion: '1', language: 'en', givenAt: AT } as const
  const label = (value: 'present' | 'absent', givenBy: string): DeviceEvent['payload'] & object => ({
    id: newId(),
    encounterId,
    value,
    establishedBy: 'clinical',
    givenBy,
    givenAt: AT,
  })
  const send = async (device: typeof one, events: readonly unknown[]) => {
    const { rejected } = await device.client.sendEvents(
      events.map((event, index) => ({
        id: newId(),
        sequence: index + 1,
        occurredAt: AT,
        ...(event as object),
      })) as DeviceEvent[],
    )
    expect(rejected).toEqual([])
  }
  await send(one, [
    { type: 'participant.registered', payload: { id: participantId, siteId, code: 'P-7F3K2', registeredAt: AT } },
    {
      type: 'encounter.completed',
      payload: {
        id: encounterId,
        participantId,
        siteId,
        operatorCode: 'N-12',
        consent,
        vitals: { measuredAt: AT },
        startedAt: AT,
        completedAt: AT,
      },
    },
    { type: 'label.given', payload: label('present', 'N-12') },
  ])
  await send(two, [{ type: 'label.given', payload: label('absent', 'M-4') }])
  return 'P-7F3K2'
}

/** A version that was exported before one of its participants withdrew. @returns its id, and that of the recording to delete. */
async function exportedBeforeAWithdrawal(): Promise<{ versionId: string; recordingId: string }> {
  const [versionId, recordingId, at] = [newId(), newId(), new Date()]
  await querying(server, async (db) => {
    const counts = { recordings: 4, participants: 4, present: 2, absent: 2, simulated: false }
    await db
      .insertInto('datasetVersions')
      .values({
        id: versionId,
        name: 'Wards, March',
        description: 'Two wards of the pilot',
        contentHash: 'a'.repeat(64),
        ...counts,
        frozenAt: at,
        frozenBy: 'admin',
        withdrawnAt: at,
      })
      .execute()
    await db
      .insertInto('datasetWithdrawals')
      .values({ datasetVersionId: versionId, recordingId, withdrawnAt: at })
      .execute()
  })
  return { versionId, recordingId }
}

/** On the server's disk; all of them without a pseudonym. */
const participantsNamed = (code?: string) =>
  querying(server, (db) =>
    db
      .selectFrom('participants')
      .select('id')
      .$if(code !== undefined, (asked) => asked.where('code', '=', code ?? ''))
      .execute(),
  )

test.setTimeout(180_000)
test('promise 8: labels that disagree are shown in order; a keeping period is set, and a withdrawal is asked for with care', async () => {
  const code = await labelledTwice()
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await signInAsAdmin(page, server)
  await page.getByTestId('nav-withdrawals').click()

  const conflict = page.getByTestId('conflict-row')
  await expect(conflict).toContainText(code)
  await expect(conflict.locator('li')).toHaveText([
    /present.*N-12.*Ward A, bed 3/,
    /absent: counts.*M-4.*Ward A, bed 4/,
  ])
  await expect(page.getByTestId('storage-facts')).toContainText('Recordings')
  await expectAccessible(page, 'withdrawals')
  await picture(page, 'withdrawals-before')

  await page.getByTestId('retention-open').click()
  await page.getByTestId('retention-days').fill('3650')
  await expectAccessible(page, 'retention')
  await picture(page, 'retention-dialog')
  await page.getByTestId('retention-submit').click()
  await expect(page.getByTestId('retention-row')).toContainText('3,650 days')

  await page.getByTestId('withdraw-open').click()
  await page.getByTestId('withdraw-code').fill(code.toLowerCase())
  await page.getByTestId('withdraw-by').fill('M-4')
  await expect(page.getByTestId('withdraw-submit')).toBeDisabled()
  await page.getByTestId('withdraw-explained').check()
  await expectAccessible(page, 'withdraw')
  await picture(page, 'withdraw-dialog')
  await page.getByTestId('withdraw-submit').click()
  await expect(page.getByTestId('withdraw-submit')).toBeHidden()
  await expect(page.getByTestId('conflict-row')).toHaveCount(0)
  expect(await participantsNamed(code)).toEqual([])
  await picture(page, 'withdrawals-after')
  await context.close()
})

test('promise 8: the list of what to delete from copies of a version is at the version', async () => {
  const { versionId, recordingId } = await exportedBeforeAWithdrawal()
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await signInAsAdmin(page, server)
  await page.getByTestId('nav-datasets').click()
  await expectAccessible(page, 'datasets')
  await picture(page, 'delete-list')
  const download = page.waitForEvent('download')
  await page.getByTestId('delete-list').click()
  const list = JSON.parse(await readFile(await (await download).path(), 'utf8'))
  expect(list).toMatchObject({ datasetVersionId: versionId, recordings: [{ recordingId }] })
  await context.close()
})

test('promise 8: a withdrawal at the bedside: read, confirmed, signed; then nothing of the participant is on the device or the server', async () => {
  const profile = await mkdtemp(join(folder, 'profile-'))
  const context = await openBedside({ profile, microphone: await speakerWav(folder) })
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(`${server.url}/bedside/#enrol=${server.enrolmentCode('Demo site')}`)
  await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })
  await beginEncounter(page)
  await record(page, 2)
  await saveEncounter(page)
  await page.getByTestId('back-to-worklist').click()
  await expect(page.getByTestId('sync-state').first()).toContainText('All synced', { timeout: 60_000 })
  expect(await participantsNamed()).toHaveLength(1)

  await page.getByTestId('open-participant').first().click()
  await page.getByTestId('withdraw').click()
  await expect(page.getByTestId('withdraw-confirm')).toBeDisabled()
  await page.getByTestId('withdraw-explained').check()
  await page.getByTestId('withdraw-by').fill('N-12')
  await expectAccessible(page, 'withdrawal at the bedside')
  await page.getByTestId('withdraw-confirm').click()
  await expect(page.getByTestId('worklist-row')).toHaveCount(0, { timeout: 30_000 })
  await expect.poll(() => participantsNamed(), { timeout: 30_000 }).toEqual([])
  const kept = await page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const open = indexedDB.open('spira-edge')
        open.addEventListener('success', () => {
          const tables = ['encounters', 'recordings', 'chunks', 'labels', 'identities', 'participantKeys']
          const looked = tables.map(
            (table) =>
              new Promise<number>((counted) => {
                const asked = open.result.transaction(table).objectStore(table).count()
                asked.addEventListener('success', () => counted(asked.result))
              }),
          )
          void Promise.all(looked).then(resolve)
        })
      }),
  )
  expect(kept).toEqual([0, 0, 0, 0, 0, 0])
  await context.close()
})

test('the lock and "Sending to the server" are accessible, say that a device erases itself, and a locked device hears that it was revoked', async () => {
  const profile = await mkdtemp(join(folder, 'profile-'))
  const context = await openBedside({ profile, microphone: null })
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(`${server.url}/bedside/#enrol=${server.enrolmentCode('Demo site')}`)
  await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })
  await page.getByTestId('sync-state').first().click()
  await expect(page.getByTestId('sync-phase')).toBeVisible()
  await page.getByText('only this one').click()
  await expect(page.getByText('sees this device in the network')).toBeVisible()
  await expectAccessible(page, 'sending to the server')
  await picture(page, 'sync-view')

  // The policy of the other test: thirty days, of which 26 have passed.
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const open = indexedDB.open('spira-edge')
        open.addEventListener('success', () => {
          const change = open.result.transaction('marks', 'readwrite')
          change.objectStore('marks').put({ name: 'erase-after-days', value: 30 })
          change.objectStore('marks').put({ name: 'last-contact-at', value: Date.now() - 26 * 86_400_000 })
          change.addEventListener('complete', () => {
            open.result.close()
            resolve()
          })
        })
      }),
  )
  await server.stop()
  await page.removeLocatorHandler(page.getByTestId('unlock-pin'))
  await page.reload()
  await expect(page.getByTestId('lock')).toBeVisible()
  await expect(page.getByTestId('out-of-contact')).toContainText('erases itself in 4 days')
  await expectAccessible(page, 'lock')
  await picture(page, 'lock-out-of-contact')

  // Lost, and revoked; nobody who has it knows its PIN. It hears of it as soon as it reaches the server again.
  await server.start()
  await querying(server, (db) => db.updateTable('devices').set({ revokedAt: new Date() }).execute())
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await expect(page.getByTestId('erased')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByTestId('lock')).toBeHidden()
  await picture(page, 'erased-while-locked')
  await context.close()
})
