import { Upload } from '@tus/server'
import { expect, test } from 'vitest'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { RECEIPT_HEADER, RECEIPT_WANTED, receiptFromHeader } from '@spira/shared/protocol/receiptHeader.ts'
import type { Recording } from '@spira/shared/protocol/records.ts'
import { verifyReceipt } from '@spira/shared/protocol/verifyReceipt.ts'
import type { UploadEndpoint } from './testing/uploadEndpoint.ts'
import { sweepUploads } from './sweepUploads.ts'
import { TestDevice } from './testDevice.ts'
import { MAX_UPLOAD_BYTES, newUploadId } from './uploadStore.ts'

/** What a device may count on while it uploads, whatever store lies behind the endpoint. */
export async function uploadsContract({ context, app, server }: UploadEndpoint): Promise<void> {
  const { uploads } = context
  const device = await TestDevice.enrol(app, context, { site: 'Ward B' })
  /** Over a real socket, as the desktop shell sends it. */
  const tus = (method: string, path: string, headers: Record<string, string>, body?: Buffer) =>
    fetch(new URL(path, server), {
      method,
      headers: { ...device.headers, origin: 'app://spira', 'tus-resumable': '1.0.0', ...headers },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    })

  /** Begins an upload. @param also further metadata. */
  const announce = ({ id, sha256, byteLength }: Recording, also = '') =>
    tus('POST', `${DEVICE_API}/uploads`, {
      'upload-length': String(byteLength),
      'upload-metadata': `recordingId ${btoa(id)},sha256 ${btoa(sha256)}${also}`,
    })

  test('promise 2: an upload interrupted in a request is resumed from where the server has it', async () => {
    const { recording, audio, events } = device.visit({ seed: 1 })
    await device.send(events)
    const created = await announce(recording, `,filename ${btoa('Maria.wav')}`)
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
    expect(head.headers.get('upload-metadata')).toBe(
      `recordingId ${btoa(recording.id)},sha256 ${btoa(recording.sha256)}`,
    )
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
      const location = (await announce(recording)).headers.get('location') ?? ''
      const patch = (body: Buffer) =>
        tus('PATCH', location, { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }, body)
      const statuses = (await Promise.all([patch(audio), patch(audio)])).map(({ status }) => status)
      expect(statuses).toContain(204)
      await device.finalise(recording, location.slice(`${DEVICE_API}/uploads/`.length))
    }
  })

  test('the answer to the last byte carries the receipt where it is wanted, or is the refusal', async () => {
    const { recording, audio, events } = device.visit({ seed: 30 })
    await device.send(events)
    const patch = (location: string, from: number, to: number, body = audio) =>
      tus(
        'PATCH',
        location,
        {
          'upload-offset': String(from),
          'content-type': 'application/offset+octet-stream',
          [RECEIPT_HEADER]: RECEIPT_WANTED,
        },
        body.subarray(from, to),
      )
    const location = (await announce(recording)).headers.get('location') ?? ''
    expect((await patch(location, 0, 5000)).headers.get(RECEIPT_HEADER)).toBeNull()
    const last = await patch(location, 5000, audio.length)
    expect([last.status, last.headers.get('upload-offset')]).toEqual([204, String(audio.length)])
    expect(last.headers.get('access-control-expose-headers')).toContain(RECEIPT_HEADER)
    const signed = receiptFromHeader(last.headers.get(RECEIPT_HEADER))
    if (signed === null) throw new Error('the last byte was answered without a receipt')
    const { serverId, receiptKey } = device.enrolment
    const sent = new Map([[recording.id, recording.sha256]])
    await verifyReceipt(signed, { serverId, receiptKey, deviceId: device.id, kind: 'recording', sent })
    // The same again where it is asked for, the upload long gone.
    expect(await device.finalise(recording, location.slice(`${DEVICE_API}/uploads/`.length))).toEqual(signed)

    const other = device.visit({ seed: 31 })
    await device.send(other.events)
    const damaged = Buffer.from(other.audio)
    damaged[100] = (damaged[100] ?? 0) ^ 1
    const begun = (await announce(other.recording)).headers.get('location') ?? ''
    const refused = await patch(begun, 0, damaged.length, damaged)
    expect([refused.status, await refused.json()]).toMatchObject([422, { code: 'hash_mismatch' }])
    expect(refused.headers.get(RECEIPT_HEADER)).toBeNull()
  })

  test('more than was announced is refused', async () => {
    const { recording, audio, events } = device.visit({ seed: 20 })
    await device.send(events)
    const location = (await announce(recording)).headers.get('location') ?? ''
    const tooMuch = Buffer.concat([audio, audio])
    const reply = await tus(
      'PATCH',
      location,
      { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      tooMuch,
    )
    expect(reply.status).toBe(413)
  })

  let seed = 100

  /** Uploads of recordings that are told of as `byteLength` long, begun and not written. */
  async function begin(of: TestDevice, count: number, byteLength: number): Promise<readonly Response[]> {
    const { events, recording } = of.visit({ seed: (seed += 1) })
    await of.send(events)
    const sampleCount = (byteLength - 44) / 2
    const told = Array.from({ length: count }, () => ({ ...recording, id: newId(), byteLength, sampleCount }))
    await of.send(told.map((payload) => of.event({ type: 'recording.saved', payload })))
    return Promise.all(
      told.map(({ id, sha256 }) =>
        fetch(new URL(`${DEVICE_API}/uploads`, server), {
          method: 'POST',
          headers: {
            ...of.headers,
            'tus-resumable': '1.0.0',
            'upload-length': String(byteLength),
            'upload-metadata': `recordingId ${btoa(id)},sha256 ${btoa(sha256)}`,
          },
        }),
      ),
    )
  }

  test.each([
    ['many', 64, 6, 44 + 3200],
    ['much', 8, 2, MAX_UPLOAD_BYTES],
  ])(
    'a device that begins too %s uploads at once is refused the next, others are not, and one finished makes room',
    async (_, most, more, byteLength) => {
      const greedy = await TestDevice.enrol(app, context, { site: `Ward ${most}` })
      for (let count = 0; count < most - more; count += 1) {
        const metadata = { recordingId: newId(), sha256: '0'.repeat(64) }
        await uploads.tus.create(new Upload({ id: newUploadId(greedy.id), size: byteLength, offset: 0, metadata }))
      }
      // At once: never more than may be. What is being created may count twice for a moment.
      const atOnce = await begin(greedy, 2 * more, byteLength)
      const open = await uploads.ofDevice(greedy.id)
      const made = atOnce.filter(({ status }) => status === 201)
      expect(open).toHaveLength(most - more + made.length)
      expect(open.length).toBeLessThanOrEqual(most)
      for (let count = open.length; count < most; count += 1)
        made.push(...(await begin(greedy, 1, byteLength)).filter(({ status }) => status === 201))
      expect(made).toHaveLength(more)
      const [refused] = await begin(greedy, 1, byteLength)
      expect([refused?.status, await refused?.json()]).toMatchObject([
        429,
        { code: 'uploads_pending', message: expect.stringContaining('Nothing is lost') },
      ])
      const other = await TestDevice.enrol(app, context)
      expect((await begin(other, 1, byteLength))[0]?.status).toBe(201)

      const url = made[0]?.headers.get('location') ?? ''
      await fetch(new URL(url, server), { method: 'DELETE', headers: { ...greedy.headers, 'tus-resumable': '1.0.0' } })
      expect((await begin(greedy, 1, byteLength))[0]?.status).toBe(201)
      expect((await begin(greedy, 1, byteLength))[0]?.status).toBe(429)
      for (const uploadId of await uploads.ofDevice(greedy.id)) await uploads.discard(uploadId)
      expect(await uploads.ofDevice(greedy.id)).toEqual([])
    },
  )

  test('what a device began for a recording that another upload brought is taken away after an hour, and nothing else', async () => {
    const { recording, audio, events } = device.visit({ seed: 91 })
    const waiting = device.visit({ seed: 92 })
    await device.send([...events, ...waiting.events])
    const orphan = await device.upload(recording, Buffer.alloc(0))
    const begun = await device.upload(waiting.recording, Buffer.alloc(0))
    await device.finalise(recording, await device.upload(recording, audio))
    await sweepUploads(context, Date.now() + 30 * 60_000)
    expect(await uploads.ofDevice(device.id)).toEqual(expect.arrayContaining([orphan, begun]))
    await sweepUploads(context, Date.now() + 61 * 60_000)
    const left = await uploads.ofDevice(device.id)
    expect([left.includes(orphan), left.includes(begun)]).toEqual([false, true])
  })
}
