import { createHash, randomUUID } from 'node:crypto'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { verifyText } from '@spira/shared/protocol/ed25519.ts'
import type { BlobStore } from '../blobs/blobStore.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'
import { finaliseRecording } from './finalise.ts'
import { TestDevice, testWav } from './testDevice.ts'
import { DiskUploadStore } from './diskUploadStore.ts'
import { sweepUploads } from './sweepUploads.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)
const other = await TestDevice.enrol(app, context)
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
let seed = 0

/** A recording whose events are filed and whose audio, perhaps another than announced, is uploaded whole. */
async function uploaded(audio?: Buffer) {
  seed += 1
  const visit = device.visit({ seed })
  if (audio !== undefined) Object.assign(visit.recording, { byteLength: audio.length, sha256: sha(audio) })
  expect((await device.send(visit.events)).rejected).toEqual([])
  const sent = audio ?? visit.audio
  return { ...visit, sent, uploadId: await device.upload(visit.recording, sent, 3) }
}
const filedAt = async (id: string) =>
  (await db.selectFrom('recordings').select('filedAt').where('id', '=', id).executeTakeFirst())?.filedAt

const crash = () => Promise.reject(new Error('power cut'))

afterEach(async () => {
  await sql`drop trigger if exists power_cut on receipts`.execute(db)
})

test('promise 2: audio sent in pieces is filed byte for byte and vouched for by a signed receipt', async () => {
  const { recording, audio, uploadId } = await uploaded()
  const signed = await device.finalise(recording, uploadId)
  expect(signed.receipt).toMatchObject({
    kind: 'recording',
    deviceId: device.id,
    items: [{ id: recording.id, sha256: sha(audio) }],
  })
  expect(await verifyText(canonicalJson(signed.receipt), signed.signature, device.enrolment.receiptKey.publicKey)).toBe(
    true,
  )
  const chunks: Buffer[] = []
  for await (const chunk of await context.blobs.open(recording.sha256)) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).equals(audio)).toBe(true)
  expect(await filedAt(recording.id)).toEqual(new Date(signed.receipt.issuedAt))
  expect((await readdir(context.folders.uploads)).filter((name) => name.startsWith(uploadId))).toEqual([])
})

test('promise 2: finalise asked again, and at once by several, answers with the same receipt', async () => {
  const { recording, uploadId } = await uploaded()
  const replies = await Promise.all(Array.from({ length: 6 }, () => device.finalise(recording, uploadId)))
  replies.push(await device.finalise(recording, uploadId), await device.finalise(recording, 'gone'))
  expect(new Set(replies.map((reply) => reply.receipt.receiptId)).size).toBe(1)
  expect(await db.selectFrom('receipts').select('id').where('recordingId', '=', recording.id).execute()).toHaveLength(1)
})

test('promise 2: audio that is not what was announced is discarded, then taken when it is sent right', async () => {
  const { recording, audio } = await uploaded()
  const wrong = Buffer.from(audio)
  wrong[1000] = (wrong[1000] ?? 0) ^ 1
  const uploadId = await device.upload(recording, wrong)
  const refused = await device.finaliseRaw(recording, uploadId)
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([422, 'hash_mismatch'])
  expect(await filedAt(recording.id)).toBeNull()
  expect(await context.blobs.has(sha(wrong))).toBe(false)
  expect((await device.finaliseRaw(recording, uploadId)).json<{ code: string }>().code).toBe('upload_unknown')
  await device.finalise(recording, await device.upload(recording, audio))
  expect(await filedAt(recording.id)).toBeInstanceOf(Date)
})

test('promise 2: half an upload is not filed; it is resumed', async () => {
  seed += 1
  const { recording, audio, events } = device.visit({ seed })
  await device.send(events)
  const uploadId = await device.upload(recording, audio.subarray(0, 7000))
  const refused = await device.finaliseRaw(recording, uploadId)
  expect(refused.json()).toMatchObject({
    code: 'upload_incomplete',
    message: `The upload has 7000 of ${audio.length} bytes. Resume it.`,
  })
  const url = `${DEVICE_API}/uploads/${uploadId}`
  const head = await app.inject({ method: 'HEAD', url, headers: { ...device.headers, 'tus-resumable': '1.0.0' } })
  expect(head.headers['upload-offset']).toBe('7000')
  expect((await device.patch(url, 6000, audio.subarray(6000))).statusCode).toBe(409)
  await device.patch(url, 7000, audio.subarray(7000))
  await device.finalise(recording, uploadId)
})

test.each([
  ['stereo', (wav: Buffer) => wav.writeUInt16LE(2, 22), 'channels is 2, not 1'],
  ['48 kHz', (wav: Buffer) => wav.writeUInt32LE(48_000, 24), 'samples a second is 48000, not 16000'],
  ['another length than its header says', (wav: Buffer) => wav.writeUInt32LE(10, 40), 'data length is 10, not 16000'],
  ['no WAV', (wav: Buffer) => wav.fill(0x41, 0, 44), 'container is AAAA, not RIFF'],
])('audio that is %s is refused, saying why', async (_name, damage, detail) => {
  const wav = testWav(seed + 100)
  damage(wav)
  const { recording, uploadId } = await uploaded(wav)
  const refused = await device.finaliseRaw(recording, uploadId)
  expect(refused.statusCode).toBe(422)
  expect(refused.json()).toEqual({
    code: 'audio_invalid',
    message: `The audio is not a 16 kHz mono PCM16 WAV: ${detail}.`,
  })
})

test('promise 2: an upload is its device’s alone', async () => {
  const { recording, uploadId } = await uploaded()
  const url = `${DEVICE_API}/uploads/${uploadId}`
  for (const method of ['HEAD', 'DELETE'] as const) {
    expect(
      (await app.inject({ method, url, headers: { ...other.headers, 'tus-resumable': '1.0.0' } })).statusCode,
    ).toBe(404)
  }
  expect((await other.patch(url, 0, Buffer.from('x'))).statusCode).toBe(404)
  expect((await other.finaliseRaw(recording, uploadId)).json<{ code: string }>().code).toBe('recording_unknown')
  expect((await app.inject({ method: 'HEAD', url, headers: { 'tus-resumable': '1.0.0' } })).statusCode).toBe(401)
  // The upload of one recording does not serve another.
  const second = await uploaded()
  expect((await device.finaliseRaw(second.recording, uploadId)).json<{ code: string }>().code).toBe('upload_unknown')
  expect((await device.finaliseRaw(recording, `../${randomUUID()}`)).json<{ code: string }>().code).toBe(
    'upload_unknown',
  )
})

test('promise 2: who lost the database and enrolled anew sends the audio that is still awaited, having sent the very same event; nobody else does', async () => {
  const { recording, audio, events, uploadId } = await uploaded()
  const elsewhere = await TestDevice.enrol(app, context, { site: 'Ward B' })
  await expect(other.upload(recording, audio)).rejects.toThrow(/409.*recording_unknown/)
  const altered = { ...recording, task: 'sustained-vowel' as const }
  const [registered, completed, saved] = events
  expect((await other.send([other.event({ type: 'recording.saved', payload: altered })])).rejected).toHaveLength(1)
  expect(
    (await elsewhere.send([elsewhere.event({ type: 'recording.saved', payload: recording })])).rejected,
  ).toHaveLength(1)
  // The event itself, from a device of another site.
  expect((await elsewhere.send([saved])).rejected).toMatchObject([{ code: 'record_conflict' }])
  for (const by of [other, elsewhere]) await expect(by.upload(recording, audio)).rejects.toThrow(/recording_unknown/)

  const again = [registered, completed, saved].map((event, index) => ({
    ...event,
    id: newId(),
    sequence: 1000 + index,
  }))
  expect((await other.send(again)).rejected).toEqual([])
  expect((await device.finaliseRaw(recording, uploadId)).json()).toMatchObject({ code: 'recording_unknown' })
  const { receipt } = await other.finalise(recording, await other.upload(recording, audio))
  expect(receipt).toMatchObject({ deviceId: other.id, items: [{ id: recording.id, sha256: recording.sha256 }] })
  // Filed, it is nobody's to take over; a device of the site that asks for a receipt hears that it is filed, and no other.
  expect((await device.send(events)).rejected).toEqual([])
  await expect(device.upload(recording, audio)).rejects.toThrow(/recording_unknown/)
  expect((await device.finalise(recording, uploadId)).receipt).toMatchObject({ deviceId: device.id })
  for (const [by, sha256] of [
    [elsewhere, recording.sha256],
    [device, sha(Buffer.from('other'))],
  ] as const)
    expect((await by.finaliseRaw({ ...recording, sha256 }, uploadId)).json()).toMatchObject({
      code: 'recording_unknown',
    })
  expect(await db.selectFrom('receipts').select('deviceId').where('recordingId', '=', recording.id).execute()).toEqual([
    { deviceId: other.id },
  ])
})

test('the very event again, from the same device enrolled anew, is known, and its audio is awaited from there', async () => {
  const { recording, audio, events } = await uploaded()
  const { rejected, receipt } = await other.send(events)
  expect([rejected, receipt.receipt.items.length]).toEqual([[], events.length])
  await other.finalise(recording, await other.upload(recording, audio))
  const filed = db
    .selectFrom('deviceEvents')
    .select('id')
    .where(
      'id',
      'in',
      events.map(({ id }) => id),
    )
  expect(await filed.execute()).toHaveLength(events.length)
})

test('audio before its recording.saved event, of another hash or another length is not even begun', async () => {
  seed += 1
  const { recording, audio, events } = device.visit({ seed })
  await expect(device.upload(recording, audio)).rejects.toThrow(/409.*recording_unknown/)
  await device.send(events)
  await expect(device.upload({ ...recording, sha256: 'a'.repeat(64) }, audio)).rejects.toThrow(/400.*sha256/)
  await expect(device.upload({ ...recording, byteLength: 1 }, audio)).rejects.toThrow(/400.*Upload-Length/)
})

test('promise 2: a crash before the blob is in place, after it, or before the receipt is mended by the next call', async () => {
  const { blobs: real } = context
  const around = (file: BlobStore['file']): BlobStore => ({
    file,
    put: (bytes) => real.put(bytes),
    has: (sha256) => real.has(sha256),
    size: (sha256) => real.size(sha256),
    open: (sha256, range) => real.open(sha256, range),
    read: (sha256) => real.read(sha256),
    remove: (sha256) => real.remove(sha256),
    list: () => real.list(),
    localPath: (sha256) => real.localPath(sha256),
  })
  const stores: [when: string, blobs: BlobStore][] = [
    ['before the blob', around(crash)],
    ['after the blob', around(async (path, sha256) => real.file(path, sha256).then(crash))],
  ]
  for (const [when, blobs] of stores) {
    const { recording, uploadId, sent } = await uploaded()
    const request = { recordingId: recording.id, uploadId, sha256: recording.sha256 }
    await expect(
      finaliseRecording(
        { ...context, blobs, uploads: new DiskUploadStore(context.folders.uploads, blobs) },
        device,
        request,
      ),
      when,
    ).rejects.toThrow('power cut')
    expect(await filedAt(recording.id), when).toBeNull()
    const signed = await device.finalise(recording, uploadId)
    expect(signed.receipt.items, when).toEqual([{ id: recording.id, sha256: sha(sent) }])
  }

  const { recording, uploadId } = await uploaded()
  await sql`create or replace function power_cut() returns trigger language plpgsql as $$ begin raise exception 'power cut'; end $$`.execute(
    db,
  )
  await sql`create trigger power_cut before insert on receipts for each row execute function power_cut()`.execute(db)
  expect((await device.finaliseRaw(recording, uploadId)).json<{ code: string }>().code).toBe('internal')
  expect(await filedAt(recording.id)).toBeNull()
  await sql`drop trigger power_cut on receipts`.execute(db)
  await device.finalise(recording, uploadId)
  expect(await filedAt(recording.id)).toBeInstanceOf(Date)
})

test('two recordings with the same audio are one blob and two receipts', async () => {
  const wav = testWav(999)
  const [first, second] = [await uploaded(wav), await uploaded(wav)]
  const receipts = [
    await device.finalise(first.recording, first.uploadId),
    await device.finalise(second.recording, second.uploadId),
  ]
  expect(new Set(receipts.map(({ receipt }) => receipt.receiptId)).size).toBe(2)
})

test('the sweep takes away what was left for a week and nothing younger', async () => {
  const [old, young] = [device.visit({ seed: (seed += 1) }), device.visit({ seed: (seed += 1) })]
  await device.send([...old.events, ...young.events])
  const half = ({ recording, audio }: typeof old) => device.upload(recording, audio.subarray(0, 5000))
  const [oldId, youngId] = [await half(old), await half(young)]
  const weekAgo = new Date(Date.now() - 8 * 24 * 3_600_000)
  for (const name of [oldId, `${oldId}.json`, `${youngId}.json`])
    await utimes(join(context.folders.uploads, name), weekAgo, weekAgo)
  expect((await sweepUploads(context)).expired).toBe(1)
  const left = await readdir(context.folders.uploads)
  expect(left.filter((name) => name.startsWith(oldId))).toEqual([])
  expect(left.filter((name) => name.startsWith(youngId)).sort()).toEqual([youngId, `${youngId}.json`])
})

test('promise 2: a complete upload whose device was cut off is filed by the sweep, and the receipt waits for it', async () => {
  const { recording, uploadId } = await uploaded()
  expect((await sweepUploads(context)).filed).toBe(0)
  expect((await sweepUploads(context, Date.now() + 11 * 60_000)).filed).toBeGreaterThanOrEqual(1)
  expect(await filedAt(recording.id)).toBeInstanceOf(Date)
  expect((await readdir(context.folders.uploads)).filter((name) => name.startsWith(uploadId))).toEqual([])
  expect((await device.finalise(recording, uploadId)).receipt.items).toMatchObject([{ id: recording.id }])
})

test('what a crash left of uploads is taken away', async () => {
  const folder = context.folders.uploads
  const old = new Date(Date.now() - 2 * 3_600_000)
  const names = [`${device.id}.${'a'.repeat(43)}`, `${device.id}.${'b'.repeat(43)}.json`]
  for (const name of names) {
    await writeFile(join(folder, name), 'half')
    await utimes(join(folder, name), old, old)
  }
  await sweepUploads(context)
  expect((await readdir(folder)).filter((name) => names.includes(name))).toEqual([])
})
