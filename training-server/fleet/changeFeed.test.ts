import { expect, test } from 'vitest'
import type { ChangesPage, signedChangesSchema } from '@spira/shared/protocol/changes.ts'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { verifyChanges } from '@spira/shared/protocol/verifyChanges.ts'
import type { z } from 'zod'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { appendChange } from './changeFeed.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)
const colleague = await TestDevice.enrol(app, context)
const elsewhere = await TestDevice.enrol(app, context, { site: 'Ward B' })

async function ask(by: TestDevice, cursor: string | null) {
  const query = cursor === null ? '' : `?cursor=${cursor}`
  return app.inject({ method: 'GET', url: `${DEVICE_API}/changes${query}`, headers: by.headers })
}
async function pull(by: TestDevice, cursor: string | null): Promise<ChangesPage> {
  const signed = (await ask(by, cursor)).json<z.infer<typeof signedChangesSchema>>()
  return verifyChanges(signed, { ...by.enrolment, cursor })
}

/** The cursor at the end of everything told so far. */
async function end(by: TestDevice): Promise<string> {
  let page = await pull(by, null)
  while (page.more) page = await pull(by, page.nextCursor)
  return page.nextCursor
}

test('labels of two devices on one encounter are all kept, in one order that both devices are told', async () => {
  const { events, encounterId, label } = device.visit({ seed: 1 })
  await device.send(events)
  const second = { ...label, id: newId(), value: 'absent' as const, givenBy: 'RN-9' }
  await colleague.send([colleague.event({ type: 'label.given', payload: second })])
  const [mine, theirs] = [await pull(device, null), await pull(colleague, null)]
  expect(mine.changes).toEqual(theirs.changes)
  const labels = mine.changes.filter((change) => change.type === 'label.given')
  expect(labels.map(({ label: { id, value }, deviceId }) => [id, value, deviceId])).toEqual([
    [label.id, 'present', device.id],
    [second.id, 'absent', colleague.id],
  ])
  expect(labels[1]?.position).toBeGreaterThan(labels[0]?.position ?? Number.NaN)
  expect(await db.selectFrom('labels').select('id').where('encounterId', '=', encounterId).execute()).toHaveLength(2)
  // Sent again it is not told again.
  await device.send(events)
  expect((await pull(device, mine.nextCursor)).changes).toEqual([])
})

test('promise 8: a withdrawal is told to every device of the site and to no other', async () => {
  const [before, foreign] = [await end(colleague), await end(elsewhere)]
  const participantId = newId()
  const withdrawal = { id: newId(), participantId, withdrawnAt: '2026-11-22T10:00:00.000Z', recordedBy: 'RN-7' }
  const { rejected } = await device.send([device.event({ type: 'participant.withdrawn', payload: withdrawal })])
  expect(rejected).toEqual([])
  expect((await pull(colleague, before)).changes).toEqual([
    { type: 'participant.withdrawn', participantId, withdrawnAt: withdrawal.withdrawnAt },
  ])
  expect((await pull(elsewhere, foreign)).changes).toEqual([])
})

test('a long list comes in pages, each change once and in order', async () => {
  const start = await end(device)
  await db.transaction().execute(async (trx) => {
    for (let modelVersion = 0; modelVersion < 450; modelVersion += 1)
      await appendChange(trx, null, { type: 'release.published', modelVersion })
  })
  const seen: unknown[] = []
  let cursor = start
  let pages = 0
  for (let more = true; more; pages += 1) {
    const page = await pull(device, cursor)
    seen.push(...page.changes.map((change) => change.type === 'release.published' && change.modelVersion))
    ;({ nextCursor: cursor, more } = page)
  }
  expect(pages).toBe(3)
  expect(seen).toEqual(Array.from({ length: 450 }, (_, index) => index))
})

test('changes that commit out of turn are not missed', async () => {
  const start = await end(device)
  const versions = Array.from({ length: 40 }, (_, index) => 1000 + index)
  const seen: number[] = []
  let cursor = start
  const writing = Promise.all(
    versions.map((modelVersion) =>
      db.transaction().execute(async (trx) => {
        await appendChange(trx, null, { type: 'release.published', modelVersion })
        await new Promise((resolve) => setTimeout(resolve, (modelVersion * 7) % 20))
      }),
    ),
  )
  let writers = 'at work'
  void writing.then(() => (writers = 'done'))
  for (let last = false; !last;) {
    last = writers === 'done'
    const page = await pull(device, cursor)
    for (const change of page.changes) if (change.type === 'release.published') seen.push(change.modelVersion)
    cursor = page.nextCursor
  }
  expect(seen.toSorted((a, b) => a - b)).toEqual(versions)
})

test('a page that was changed, is of another device, or answers another question is not believed', async () => {
  const signed = (await ask(device, null)).json<z.infer<typeof signedChangesSchema>>()
  const expected = { ...device.enrolment, cursor: null }
  const changed = { ...signed, page: signed.page.replace('present', 'absent') }
  for (const [page, by] of [
    [changed, expected],
    [signed, { ...expected, cursor: 'c1' }],
    [signed, { ...expected, deviceId: colleague.id }],
    [{ ...signed, keyId: 'a'.repeat(64) }, expected],
  ] as const)
    await expect(verifyChanges(page, by)).rejects.toMatchObject({ code: 'not_the_server' })
})

test('a cursor that this server has not given is refused', async () => {
  for (const cursor of ['c999999', 'abc', '-1'])
    expect((await ask(device, cursor)).json()).toMatchObject({ code: 'cursor_invalid' })
})

test('after a restore the cursors given before are refused, also where their position has been passed again', async () => {
  const nextCursor = await end(device)
  const { epoch } = await pull(device, nextCursor)
  const done = () =>
    db.selectFrom('devices').select('changesDone').where('id', '=', device.id).executeTakeFirstOrThrow()
  const before = await done()
  await db.updateTable('server').set({ epoch: crypto.randomUUID() }).execute()
  expect((await ask(device, nextCursor)).json()).toMatchObject({ code: 'cursor_invalid' })
  expect(await done()).toEqual(before)
  const anew = await pull(device, null)
  expect(anew.epoch).not.toBe(epoch)
  expect((await pull(device, await end(device))).changes).toEqual([])
  // Of a server from before there were epochs.
  expect((await pull(device, 'c1')).epoch).toBe(anew.epoch)
})

test('the clock of a device is measured with every batch', async () => {
  for (const offset of [-7_200_000, 3_600_000])
    await elsewhere.sendRaw({
      protocolVersion: 1,
      sentAt: new Date(Date.now() + offset).toISOString(),
      events: [elsewhere.event({ type: 'participant.registered', payload: elsewhere.participant(77) })],
    })
  const batches = await db
    .selectFrom('deviceBatches')
    .select('clockSkewMs')
    .where('deviceId', '=', elsewhere.id)
    .orderBy('id')
    .execute()
  expect(batches.map(({ clockSkewMs }) => Math.round(clockSkewMs / 60_000))).toEqual([-120, 60])
})
