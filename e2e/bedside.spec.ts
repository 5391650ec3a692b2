import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { expectAccessible } from './harness/axe.ts'
import { querying } from './harness/database.ts'
import { openEnrolled, speakerWav } from './harness/enrolled.ts'
import { Patient } from './harness/patient.ts'
import { expectLiveSound, expectPlays, expectPrompt } from './harness/recordingViews.ts'
import { freePort, TestServer } from './harness/server.ts'
import { wholeEncounter } from './harness/wholeEncounter.ts'
import { expectMeasures } from './harness/wholeResult.ts'
import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import ptBR from '../renderer/app/languages/pt-BR.json' with { type: 'json' }
import sharedPtBR from '../shared/ui/languages/pt-BR.json' with { type: 'json' }

/** The bedside app as a clinician uses it. All languages, every view and a crash in each step: `npm run -s bedside`. */

let folder: string
let server: TestServer

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-bedside-'))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})
test.afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('refusal ends the encounter with nothing stored and nothing sent', async () => {
  const { context, page } = await openEnrolled(server, { folder, microphone: await speakerWav(folder) })
  try {
    const before = await querying(server, (db) => db.selectFrom('deviceEvents').select('id').execute())
    await page.getByTestId('new-encounter').click()
    await page.getByTestId('initials').fill('QX')
    await page.getByTestId('record-number').fill('13817615A')
    await page.getByTestId('operator-code').fill('N-12')
    await page.getByTestId('next-step').click()
    await page.getByTestId('consent-refuse').click()
    await expectAccessible(page, 'refusal')
    await page.getByTestId('consent-refuse-confirm').click()
    await expect(page.getByTestId('new-encounter')).toBeVisible()
    await expect(page.getByTestId('worklist-row')).toHaveCount(0)
    const kept = await page.evaluate(async () => {
      const open = indexedDB.open('spira-edge')
      const db = await new Promise<IDBDatabase>((resolve) => (open.onsuccess = () => resolve(open.result)))
      const tables = ['encounters', 'recordings', 'chunks', 'labels', 'outbox', 'identities', 'participantKeys']
      const count = (table: string) =>
        new Promise<number>((resolve) => {
          const asked = db.transaction(table).objectStore(table).count()
          asked.onsuccess = () => resolve(asked.result)
        })
      const counts = await Promise.all(tables.map(count))
      db.close()
      return Object.fromEntries(tables.map((table, index) => [table, counts[index]]))
    })
    expect(kept).toEqual({
      encounters: 0,
      recordings: 0,
      chunks: 0,
      labels: 0,
      outbox: 0,
      identities: 0,
      participantKeys: 0,
    })
    expect(await querying(server, (db) => db.selectFrom('deviceEvents').select('id').execute())).toEqual(before)
  } finally {
    await context.close()
  }
})

test('a whole encounter by keyboard alone in Portuguese, and its summary on paper, which tells nobody who the patient is', async () => {
  const patient = new Patient(folder)
  await patient.doTask('spoken-consent')
  const { context, page } = await openEnrolled(server, { folder, microphone: patient.microphone, locale: 'pt-BR' })
  try {
    const { keys, typed } = await wholeEncounter(page, patient, async (view) => {
      const [, task] = /^record-(.+)$/.exec(view) ?? []
      if (task !== undefined) await expectPrompt(page, task, 'pt-BR')
      if (view === 'recording') await expectLiveSound(page)
      if (view === 'review-read-sentence') await expectPlays(page)
    })
    console.log(`pt-BR: 0 clicks, ${keys} keys, ${typed} of them characters typed`)
    expect(keys).toBeLessThan(300)

    const onPaper = async (): Promise<string> => {
      await page.emulateMedia({ media: 'print' })
      const words = await page.locator('body').innerText()
      await page.emulateMedia({ media: 'screen' })
      return words
    }
    const paper = await onPaper()
    const code = await page
      .getByTestId('summary')
      .getByText(/^P\u2011/)
      .first()
      .innerText()
    for (const said of [
      code,
      '49 %',
      'J18.9',
      '7,31',
      `${defaultProtocol.consent.version} · pt-BR`,
      sharedPtBR['intendedUse.not-a-diagnosis'],
      ptBR['label.present'],
    ])
      expect(paper).toContain(said)
    // The buttons and the frame are for the screen.
    for (const button of [ptBR['summary.print'], ptBR['form.back']]) expect(paper).not.toContain(button)
    const identity = ['14259401', 'MS']
    for (const secret of identity) expect(paper).not.toMatch(new RegExp(`\\b${secret}`))
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-')

    await page.getByTestId('with-identity').check({ force: true })
    const named = await onPaper()
    for (const secret of identity) expect(named).toMatch(new RegExp(`\\b${secret}`))
    // Asked for on this very page, each time.
    await page.reload()
    await expect(page.getByTestId('summary')).toBeVisible()
    expect(await onPaper()).not.toContain('14259401')

    await expect
      .poll(() => sent(server), { timeout: 60_000 })
      .toEqual({
        consent: { given: true, textVersion: defaultProtocol.consent.version, language: 'pt-BR' },
        label: { value: 'present', establishedBy: 'blood-gas', establishedOn: LOCAL_DAY, givenBy: 'N-12' },
      })

    // Opened later, it still says why, and what that is worth on a ward with as many patients who have it.
    await page.goBack()
    await page.getByTestId('saved-why').last().click()
    await expectMeasures(page)
    await page.getByTestId('site-prevalence').selectOption('10')
    await expect(page.getByTestId('meaning-words')).toHaveText(/\d/)
  } finally {
    await context.close()
  }
})

/** Today where the browser is. */
const LOCAL_DAY = new Intl.DateTimeFormat('sv-SE').format(new Date())

/** What the server holds of the encounter's consent and label; null while they are on their way. */
const sent = (of: TestServer) =>
  querying(of, async (db) => {
    const row = await db
      .selectFrom('labels')
      .innerJoin('encounters', 'encounters.id', 'labels.encounterId')
      .select(['encounters.consent', 'labels.body'])
      .executeTakeFirst()
    if (row === undefined) return null
    const { given, textVersion, language } = row.consent
    const { value, establishedBy, establishedOn, givenBy } = row.body
    return { consent: { given, textVersion, language }, label: { value, establishedBy, establishedOn, givenBy } }
  })
