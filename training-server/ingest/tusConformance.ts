import { describe, expect, test, vi } from 'vitest'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import type { UploadEndpoint } from './testing/uploadEndpoint.ts'
import { MAX_UPLOAD_BYTES, TUS_EXTENSIONS } from './uploadStore.ts'

type Headers = Record<string, string>
const ENDPOINT = `${DEVICE_API}/uploads`
const OCTETS = { 'content-type': 'application/offset+octet-stream' }

/**
 * The MUSTs of tus 1.0.0 (https://tus.io/protocols/resumable-upload) against our endpoint over a real socket, written from the text of
 * the protocol and not from the library that serves it; and nothing advertised that is not kept. Whatever store lies behind it.
 */
export function tusConformance({ context, server, device }: UploadEndpoint): void {
  let seed = 0

  async function request(method: string, path: string, headers: Headers = {}, body?: Buffer) {
    const reply = await fetch(new URL(path, server), {
      method,
      headers: { ...device.headers, 'tus-resumable': '1.0.0', ...headers },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    })
    return { status: reply.status, header: (name: string) => reply.headers.get(name), text: await reply.text() }
  }
  const patch = (url: string, offset: number, body: Buffer, headers: Headers = {}) =>
    request('PATCH', url, { 'upload-offset': String(offset), ...OCTETS, ...headers }, body)

  /** A recording the server expects, and what creates its upload. */
  async function expected() {
    const { recording, audio, events } = device.visit({ seed: (seed += 1) })
    await device.send(events)
    const metadata = { recordingId: recording.id, sha256: recording.sha256 }
    const headers: Headers = {
      'upload-length': String(audio.length),
      'upload-metadata': Object.entries(metadata)
        .map(([key, value]) => `${key} ${btoa(value)}`)
        .join(','),
    }
    return { audio, headers }
  }
  async function created() {
    const { audio, headers } = await expected()
    const reply = await request('POST', ENDPOINT, headers)
    const url = reply.header('location') ?? ''
    return { audio, headers, reply, url }
  }
  const offsetOf = async (url: string) => (await request('HEAD', url)).header('upload-offset')

  describe('core protocol', () => {
    test('HEAD answers with Upload-Offset and Upload-Length and forbids caching', async () => {
      const { url, audio } = await created()
      const head = await request('HEAD', url)
      expect([200, 204]).toContain(head.status)
      expect([head.header('upload-offset'), head.header('upload-length')]).toEqual(['0', String(audio.length)])
      expect(head.header('cache-control')).toContain('no-store')
    })

    test('HEAD of an upload that is not there is 404 or 410 and names no offset', async () => {
      for (const name of ['nowhere', `${device.id}.${'A'.repeat(43)}`]) {
        const head = await request('HEAD', `${ENDPOINT}/${name}`)
        expect([403, 404, 410]).toContain(head.status)
        expect(head.header('upload-offset')).toBeNull()
      }
    })

    test('PATCH appends from Upload-Offset and answers 204 with the new one', async () => {
      const { url, audio } = await created()
      const first = await patch(url, 0, audio.subarray(0, 3000))
      expect([first.status, first.header('upload-offset')]).toEqual([204, '3000'])
      expect(await offsetOf(url)).toBe('3000')
      const rest = await patch(url, 3000, audio.subarray(3000))
      expect([rest.status, rest.header('upload-offset')]).toEqual([204, String(audio.length)])
    })

    test('PATCH from another offset is 409 and changes nothing', async () => {
      const { url, audio } = await created()
      await patch(url, 0, audio.subarray(0, 3000))
      for (const offset of [0, 2999, 3001, audio.length])
        expect((await patch(url, offset, audio.subarray(0, 100))).status).toBe(409)
      expect(await offsetOf(url)).toBe('3000')
    })

    test('PATCH of another content type is 415 and changes nothing', async () => {
      const { url, audio } = await created()
      for (const type of ['application/octet-stream', 'text/plain', 'application/json'])
        expect((await patch(url, 0, audio, { 'content-type': type })).status).toBe(415)
      expect(await offsetOf(url)).toBe('0')
    })

    test('PATCH without, with a negative or with no number as Upload-Offset is refused', async () => {
      const { url, audio } = await created()
      for (const headers of [{}, { 'upload-offset': '-1' }, { 'upload-offset': 'one' }] as Headers[]) {
        const { status } = await request('PATCH', url, { ...OCTETS, ...headers }, audio)
        expect(status).toBeGreaterThanOrEqual(400)
        expect(status).toBeLessThan(500)
      }
      expect(await offsetOf(url)).toBe('0')
    })

    test('PATCH of an upload that is not there is 404', async () => {
      expect((await patch(`${ENDPOINT}/${device.id}.${'A'.repeat(43)}`, 0, Buffer.from('x'))).status).toBe(404)
    })

    test('more than Upload-Length is 413', async () => {
      const { url, audio } = await created()
      expect((await patch(url, 0, Buffer.concat([audio, audio]))).status).toBe(413)
    })

    test('another version of the protocol is 412 with Tus-Version, and nothing is done', async () => {
      const { url, audio, headers } = await created()
      for (const version of ['0.2.2', '2.0.0']) {
        for (const reply of [
          await request('POST', ENDPOINT, { ...headers, 'tus-resumable': version }),
          await request('HEAD', url, { 'tus-resumable': version }),
          await patch(url, 0, audio, { 'tus-resumable': version }),
          await request('DELETE', url, { 'tus-resumable': version }),
        ])
          expect([reply.status, reply.header('tus-version')]).toEqual([412, '1.0.0'])
      }
      expect(await offsetOf(url)).toBe('0')
    })

    test('Tus-Resumable is in every answer but that to OPTIONS', async () => {
      const { url, audio, reply } = await created()
      for (const { header } of [
        reply,
        await request('HEAD', url),
        await patch(url, 0, audio),
        await patch(url, 0, audio),
      ])
        expect(header('tus-resumable')).toBe('1.0.0')
    })

    test('OPTIONS names version, extensions and the largest size, also to one who names no version', async () => {
      const reply = await fetch(new URL(ENDPOINT, server), { method: 'OPTIONS', headers: device.headers })
      expect([200, 204]).toContain(reply.status)
      expect(reply.headers.get('tus-version')).toBe('1.0.0')
      expect(reply.headers.get('tus-extension')?.split(',')).toEqual(TUS_EXTENSIONS)
      expect(reply.headers.get('tus-max-size')).toBe(String(MAX_UPLOAD_BYTES))
    })

    test('X-HTTP-Method-Override counts as the method', async () => {
      const { url, audio } = await created()
      const headers = { 'x-http-method-override': 'PATCH', 'upload-offset': '0', ...OCTETS }
      expect((await request('POST', url, headers, audio)).status).toBe(204)
      expect(await offsetOf(url)).toBe(String(audio.length))
      expect((await request('POST', url, OCTETS, audio)).status).toBe(404)
    })
  })

  describe('creation and creation-with-upload', () => {
    test('POST answers 201 with the Location of an upload of nothing yet', async () => {
      const { reply, url } = await created()
      expect(reply.status).toBe(201)
      expect(await offsetOf(url)).toBe('0')
    })

    test('a body sent along is part of the upload', async () => {
      const { audio, headers } = await expected()
      const reply = await request('POST', ENDPOINT, { ...headers, ...OCTETS }, audio.subarray(0, 4000))
      expect([reply.status, reply.header('upload-offset')]).toEqual([201, '4000'])
      expect(await offsetOf(reply.header('location') ?? '')).toBe('4000')
    })

    test('more than Tus-Max-Size is 413', async () => {
      const { headers } = await expected()
      expect(
        (await request('POST', ENDPOINT, { ...headers, 'upload-length': String(MAX_UPLOAD_BYTES + 1) })).status,
      ).toBe(413)
    })

    test('a length that is none is refused; metadata come back as they were sent', async () => {
      const { headers } = await expected()
      for (const length of ['-1', 'long', ''])
        expect((await request('POST', ENDPOINT, { ...headers, 'upload-length': length })).status).toBe(400)
      const reply = await request('POST', ENDPOINT, headers)
      expect((await request('HEAD', reply.header('location') ?? '')).header('upload-metadata')).toBe(
        headers['upload-metadata'],
      )
    })

    test('what is not advertised is refused: a length told later, a concatenation', async () => {
      const { headers } = await expected()
      const lengthLater: Headers = { 'upload-metadata': headers['upload-metadata'] ?? '', 'upload-defer-length': '1' }
      expect((await request('POST', ENDPOINT, lengthLater)).status).toBeGreaterThanOrEqual(400)
      expect(
        (await request('POST', ENDPOINT, { ...headers, 'upload-concat': 'partial' })).status,
      ).toBeGreaterThanOrEqual(400)
    })
  })

  describe('expiration', () => {
    test('creation and PATCH tell when an unfinished upload expires; then it is 410', async () => {
      const { reply, url, audio } = await created()
      const expires = (await patch(url, 0, audio.subarray(0, 100))).header('upload-expires')
      for (const date of [reply.header('upload-expires'), expires]) {
        expect(date).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
        const days = (Date.parse(date ?? '') - Date.now()) / (24 * 3_600_000)
        expect(days).toBeGreaterThan(6.9)
        expect(days).toBeLessThan(7.1)
      }
      // As if uploads were kept for a millisecond: this one has been there for longer.
      const keeping = vi.spyOn(context.uploads.tus, 'getExpiration').mockReturnValue(1)
      try {
        expect((await request('HEAD', url)).status).toBe(410)
        expect((await patch(url, 100, audio.subarray(100))).status).toBe(410)
      } finally {
        keeping.mockRestore()
      }
      expect(await offsetOf(url)).toBe('100')
    })
  })

  describe('termination', () => {
    test('DELETE answers 204 and the upload is gone', async () => {
      const { url, audio } = await created()
      await patch(url, 0, audio.subarray(0, 100))
      expect((await request('DELETE', url)).status).toBe(204)
      expect([404, 410]).toContain((await request('HEAD', url)).status)
      expect([404, 410]).toContain((await patch(url, 100, audio.subarray(100))).status)
    })
  })

  test('an upload that is being written to is not written to by a second request', async () => {
    const { url, audio } = await created()
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const slow = new ReadableStream({
      async start(controller) {
        controller.enqueue(new Uint8Array(audio.subarray(0, 1000)))
        await held
        controller.error(new Error('cut off'))
      },
    })
    const init: RequestInit & { duplex: 'half' } = {
      method: 'PATCH',
      headers: { ...device.headers, 'tus-resumable': '1.0.0', 'upload-offset': '0', ...OCTETS },
      body: slow,
      duplex: 'half',
    }
    const first = fetch(new URL(url, server), init).then(
      ({ headers }) => headers.get('upload-offset'),
      () => 'cut off',
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    // The first may be a dead connection: it is ended, and the second starts from what was written.
    const second = await patch(url, 0, audio)
    expect([409, 423]).toContain(second.status)
    const offset = Number(await offsetOf(url))
    expect(offset).toBe(1000)
    expect((await patch(url, offset, audio.subarray(offset))).status).toBe(204)
    release()
    // At the most it is told what was written of it.
    expect(['1000', 'cut off']).toContain(await first)
  })
}
