import { afterAll, expect, test } from 'vitest'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'
import { TestDevice } from './testDevice.ts'

const { context } = await withTestDatabase()
const app = await buildServer(context)
const server = await app.listen({ host: '127.0.0.1', port: 0 })
afterAll(() => app.close())
const device = await TestDevice.enrol(app, context)

/** Over a real socket, as the desktop shell sends it. */
const tus = (method: string, path: string, headers: Record<string, string>, body?: Buffer) =>
  fetch(new URL(path, server), {
    method,
    headers: { ...device.headers, origin: 'app://spira', 'tus-resumable': '1.0.0', ...headers },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  })

test('promise 2: an upload interrupted in a request is resumed from where the server has it', async () => {
  const { recording, audio, events } = device.visit({ seed: 1 })
  await device.send(events)
  const metadata = `recordingId ${btoa(recording.id)},sha256 ${btoa(recording.sha256)},filename ${btoa('Maria.wav')}`
  const created = await tus('POST', `${DEVICE_API}/uploads`, {
    'upload-length': String(audio.length),
    'upload-metadata': metadata,
  })
  expect(created.status).toBe(201)
  const location = created.headers.get('location') ?? ''
  expect(location).toMatch(new RegExp(`^${DEVICE_API}/uploads/${device.id}\\.`))
  expect(created.headers.get('access-control-allow-origin')).toBe('app://spira')
  expect(created.headers.get('cross-origin-embedder-policy')).toBe('require-corp')

  // The body ends in the middle: the client is cut off while it sends.
  const cut = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(audio.subarray(0, 5000)))
    },
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 300))
      controller.error(new Error('cut off'))
    },
  })
  const headers = {
    ...device.headers,
    'tus-resumable': '1.0.0',
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  }
  const init: RequestInit & { duplex: 'half' } = { method: 'PATCH', headers, body: cut, duplex: 'half' }
  await expect(fetch(new URL(location, server), init)).rejects.toThrow()

  const head = await tus('HEAD', location, {})
  const offset = Number(head.headers.get('upload-offset'))
  expect(offset).toBe(5000)
  // Only what we need is kept of what a client says: a file name may be a person's.
  expect(head.headers.get('upload-metadata')).toBe(`recordingId ${btoa(recording.id)},sha256 ${btoa(recording.sha256)}`)
  const rest = await tus(
    'PATCH',
    location,
    { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    audio.subarray(offset),
  )
  expect([rest.status, rest.headers.get('upload-offset')]).toEqual([204, String(audio.length)])
  const receipt = await device.finalise(recording, location.slice(`${DEVICE_API}/uploads/`.length))
  expect(receipt.receipt.items).toEqual([{ id: recording.id, sha256: recording.sha256 }])
})

test('promise 2: two who write one upload at once do not mix', async () => {
  for (let seed = 10; seed < 14; seed += 1) {
    const { recording, audio, events } = device.visit({ seed })
    await device.send(events)
    const metadata = `recordingId ${btoa(recording.id)},sha256 ${btoa(recording.sha256)}`
    const created = await tus('POST', `${DEVICE_API}/uploads`, {
      'upload-length': String(audio.length),
      'upload-metadata': metadata,
    })
    const location = created.headers.get('location') ?? ''
    const patch = (body: Buffer) =>
      tus('PATCH', location, { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }, body)
    const statuses = (await Promise.all([patch(audio), patch(audio)])).map(({ status }) => status)
    expect(statuses).toContain(204)
    await device.finalise(recording, location.slice(`${DEVICE_API}/uploads/`.length))
  }
})

test('more than was announced is refused', async () => {
  const { recording, audio, events } = device.visit({ seed: 20 })
  await device.send(events)
  const metadata = `recordingId ${btoa(recording.id)},sha256 ${btoa(recording.sha256)}`
  const created = await tus('POST', `${DEVICE_API}/uploads`, {
    'upload-length': String(audio.length),
    'upload-metadata': metadata,
  })
  const location = created.headers.get('location') ?? ''
  const tooMuch = Buffer.concat([audio, audio])
  const reply = await tus(
    'PATCH',
    location,
    { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    tooMuch,
  )
  expect(reply.status).toBe(413)
})
