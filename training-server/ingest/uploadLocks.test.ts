import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { pino } from 'pino'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'
import { makeContext } from '../server/openContext.ts'
import { TestDevice, testWav } from './testDevice.ts'
import { UploadLocks } from './uploadLocks.ts'

// Two servers of one database and one folder, each with sessions of its own, as two processes are.
const { context, url } = await withTestDatabase()
const second = await makeContext({ dataFolder: context.folders.data, databaseUrl: url, log: pino({ level: 'silent' }) })
const [here, there] = [await buildServer(context), await buildServer(second)]
const addresses = [
  await here.listen({ host: '127.0.0.1', port: 0 }),
  await there.listen({ host: '127.0.0.1', port: 0 }),
] as const
afterAll(async () => {
  await Promise.all([here.close(), there.close()])
  await second.uploadLocks.close()
  await second.db.destroy()
})
const device = await TestDevice.enrol(here, context)

const request = (address: string, method: string, path: string, headers: Record<string, string>, body?: Buffer) =>
  fetch(new URL(path, address), {
    method,
    headers: { ...device.headers, 'tus-resumable': '1.0.0', ...headers },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  })

test('promise 2: of two servers that are sent one upload at once, one writes; no byte is mixed', async () => {
  const outcomes: string[] = []
  for (let round = 0; round < 20; round += 1) {
    const visit = device.visit({ seed: round })
    const audio = testWav(round, 100_000)
    const sha256 = createHash('sha256').update(audio).digest('hex')
    Object.assign(visit.recording, { byteLength: audio.length, sampleCount: 100_000, sha256 })
    await device.send(visit.events)
    const { recording } = visit
    const metadata = `recordingId ${btoa(recording.id)},sha256 ${btoa(sha256)}`
    const created = await request(addresses[0], 'POST', `${DEVICE_API}/uploads`, {
      'upload-length': String(audio.length),
      'upload-metadata': metadata,
    })
    const location = created.headers.get('location') ?? ''
    const other = Buffer.from(audio).fill(0, 44)
    const statuses = await Promise.all(
      [audio, other].map(async (body, index) => {
        const headers = { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }
        const reply = await request(addresses[index] ?? addresses[0], 'PATCH', location, headers, body).catch(
          () => null,
        )
        return reply?.status === 204 && Number(reply.headers.get('upload-offset')) === audio.length
          ? 'whole'
          : 'refused'
      }),
    )
    outcomes.push(statuses.toSorted().join('/'))
    const finalised = await device.finaliseRaw(recording, location.slice(`${DEVICE_API}/uploads/`.length))
    // The one body whole, or the other: whichever it was, never some of each.
    if (finalised.statusCode === 200) expect(statuses).toEqual(['whole', 'refused'])
    else expect(['hash_mismatch', 'upload_incomplete']).toContain(finalised.json<{ code: string }>().code)
    if (statuses[0] === 'whole') expect(finalised.statusCode).toBe(200)
  }
  expect(outcomes.filter((outcome) => outcome === 'whole/whole')).toEqual([])
  expect(outcomes.filter((outcome) => outcome === 'refused/whole').length).toBeGreaterThan(10)
}, 60_000)

test('who holds an upload elsewhere is asked to let go, and does', async () => {
  const held = context.uploadLocks.newLock('one')
  let asked = 0
  await held.lock(new AbortController().signal, async () => {
    asked += 1
    if (asked === 1) await held.unlock()
  })
  const began = performance.now()
  expect(await second.uploadLocks.while('one', async () => 'mine')).toBe('mine')
  expect(asked).toBeGreaterThanOrEqual(1)
  expect(performance.now() - began).toBeLessThan(2000)
})

test('a session that breaks lets go of its locks, and its requests are ended', async () => {
  const locks = new UploadLocks(url, pino({ level: 'silent' }))
  const lock = locks.newLock('two')
  const ended = new Promise<void>((resolve) => void lock.lock(new AbortController().signal, () => resolve()))
  await new Promise((resolve) => setTimeout(resolve, 200))
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'spira-upload-locks' and datname = current_database()`.execute(context.db)
  await ended
  expect(await second.uploadLocks.while('two', async () => 'mine')).toBe('mine')
  await lock.unlock()
  // It opens another session for the next.
  expect(await locks.while('three', async () => 'again')).toBe('again')
  await locks.close()
})
