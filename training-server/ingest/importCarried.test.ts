import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { writeCarriedFile } from '@spira/shared/protocol/carriedFile.ts'
import { carriedReceiptsSchema, type CarriedRecord, CARRIED_PIECE_BYTES } from '@spira/shared/protocol/carriedRecord.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import { verifyText } from '@spira/shared/protocol/ed25519.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'
import { importCarriedFile } from './importCarried.ts'
import { TestDevice } from './testDevice.ts'

const { db, context, url } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)

type Visit = ReturnType<TestDevice['visit']>
async function* recordsOf(visits: readonly Visit[]): AsyncGenerator<CarriedRecord> {
  yield { kind: 'events', events: visits.flatMap(({ events }) => events) }
  for (const { recording, audio } of visits) {
    const { id: recordingId, sha256, byteLength } = recording
    yield { kind: 'audio', recordingId, sha256, byteLength }
    for (let at = 0; at < audio.length; at += CARRIED_PIECE_BYTES)
      yield { kind: 'piece', bytes: new Uint8Array(audio.subarray(at, at + CARRIED_PIECE_BYTES)) }
  }
  yield { kind: 'end', events: visits.length * 4, audios: visits.length }
}

/** The file as the device writes it. */
async function carriedFile(visits: readonly Visit[], sign = device.sign): Promise<Buffer> {
  const key = device.enrolment.carriedFileKey
  if (key === undefined) throw new Error('the server reads carried files and says so when a device enrols')
  const pieces: Uint8Array[] = []
  const made = { serverId: context.serverId, deviceId: device.id, key, sign, madeAt: new Date() }
  for await (const piece of writeCarriedFile(made, recordsOf(visits))) pieces.push(piece)
  return Buffer.concat(pieces)
}
async function* inPieces(file: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += 10_000) yield file.subarray(at, at + 10_000)
}
const rows = async () => (await db.selectFrom('deviceEvents').select('id').execute()).length
const filed = async (id: string) =>
  (await db.selectFrom('recordings').select('filedAt').where('id', '=', id).executeTakeFirst())?.filedAt ?? null

test('promise 2: what was carried here is filed as if it had been sent, with receipts the device believes; read twice, once', async () => {
  const visits = [device.visit({ seed: 1 }), device.visit({ seed: 2 })]
  const file = await carriedFile(visits)
  const first = await importCarriedFile(context, inPieces(file), 'test')
  expect(first).toMatchObject({ deviceId: device.id, events: 8, audios: 2, receipts: { rejected: [] } })
  for (const { recording } of visits) {
    expect(await filed(recording.id)).toBeInstanceOf(Date)
    expect(await context.blobs.has(recording.sha256)).toBe(true)
  }
  const vouched = first.receipts.receipts.flatMap(({ receipt }) => receipt.items.map(({ id }) => id))
  expect(vouched).toEqual([
    ...visits.flatMap(({ events }) => events.map(({ id }) => id)),
    ...visits.map((v) => v.recording.id),
  ])
  for (const { receipt, signature } of first.receipts.receipts)
    expect(await verifyText(canonicalJson(receipt), signature, device.enrolment.receiptKey.publicKey)).toBe(true)

  const before = await rows()
  const second = await importCarriedFile(context, inPieces(file), 'test')
  expect([second.events, second.audios, await rows()]).toEqual([8, 2, before])
  expect(second.receipts.receipts.at(-1)).toEqual(first.receipts.receipts.at(-1))
})

test('promise 2: a file cut off on the way files what it holds, and the whole one the rest', async () => {
  const visits = [device.visit({ seed: 3 }), device.visit({ seed: 4 })]
  const file = await carriedFile(visits)
  await expect(
    importCarriedFile(context, inPieces(file.subarray(0, file.length - 9000)), 'test'),
  ).rejects.toMatchObject({
    code: 'carried_file_invalid',
  })
  expect(await Promise.all(visits.map(({ recording }) => filed(recording.id)))).toEqual([expect.any(Date), null])
  expect((await importCarriedFile(context, inPieces(file), 'test')).audios).toBe(2)
  expect(await filed(visits[1]?.recording.id ?? '')).toBeInstanceOf(Date)
})

test('promise 8: what is carried of a participant who has withdrawn is filed nowhere', async () => {
  const visit = device.visit({ seed: 5 })
  const withdrawal = {
    id: newId(),
    participantId: visit.participant.id,
    withdrawnAt: '2026-11-22T10:00:00.000Z',
    recordedBy: 'RN',
  }
  await device.send([device.event({ type: 'participant.withdrawn', payload: withdrawal })])
  const { receipts } = await importCarriedFile(context, inPieces(await carriedFile([visit])), 'test')
  expect(receipts.receipts.flatMap(({ receipt }) => receipt.items.map(({ withdrawn }) => withdrawn))).toEqual(
    Array.from({ length: visit.events.length + 1 }, () => true),
  )
  expect(await context.blobs.has(visit.recording.sha256)).toBe(false)
})

test('a file that another key signed, or of a revoked device, is not read; at the console it is said in a sentence', async () => {
  const person = await TestConsole.signIn(app, context)
  const post = (payload: Buffer) =>
    person.request('POST', '/carried-files', { payload, headers: { 'content-type': 'application/octet-stream' } })
  const forged = await carriedFile([device.visit({ seed: 6 })], async () => Buffer.alloc(64).toString('base64'))
  expect((await post(forged)).json()).toMatchObject({ code: 'carried_file_invalid' })
  const right = await carriedFile([device.visit({ seed: 7 })])
  expect((await post(right)).json()).toMatchObject({ audios: 1, receipts: { rejected: [] } })
  const entry = await db
    .selectFrom('auditLog')
    .selectAll()
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  expect(entry).toMatchObject({ action: 'carried-file.imported', actor: `account:${person.username}` })
  await person.post(`/devices/${device.id}/revoke`)
  expect((await post(right)).json()).toMatchObject({ code: 'device_revoked' })
})

test('spira import-usb files it and writes the receipts for the device', async () => {
  const other = await TestDevice.enrol(app, context)
  const folder = await mkdtemp(join(tmpdir(), 'spira-usb-'))
  const visit = other.visit({ seed: 8 })
  const key = other.enrolment.carriedFileKey
  if (key === undefined) throw new Error('no key')
  const pieces: Uint8Array[] = []
  const made = { serverId: context.serverId, deviceId: other.id, key, sign: other.sign, madeAt: new Date() }
  for await (const piece of writeCarriedFile(made, recordsOf([visit]))) pieces.push(piece)
  const file = join(folder, 'cart.spira')
  await writeFile(file, Buffer.concat(pieces))
  const spira = fileURLToPath(new URL('../cli/spira.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [spira, 'import-usb', file, '--data', context.folders.data],
    { env: { ...process.env, DATABASE_URL: url } },
  )
  expect(stdout).toContain('cart.spira: 4 events and 1 recordings filed, 0 refused')
  const receipts = carriedReceiptsSchema.parse(JSON.parse(await readFile(`${file}.receipts.json`, 'utf8')))
  expect(receipts.receipts.at(-1)?.receipt.items).toEqual([{ id: visit.recording.id, sha256: visit.recording.sha256 }])
  await rm(folder, { recursive: true, force: true })
})
