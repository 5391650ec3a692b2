import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { DataStore, MemoryLocker, Upload } from '@tus/server'
import { expect, test } from 'vitest'
import { writeOn } from './writeOn.ts'

/** A store that is slow to begin: the disk is busy. */
class SlowStore extends DataStore {
  override getUpload(id: string): Promise<Upload> {
    return Promise.resolve(new Upload({ id, offset: 0, size: 1000 }))
  }
  /** Without one of its own a store's uploads expire in the millisecond in which they begin. */
  override getExpiration(): number {
    return 3_600_000
  }
  override async write(body: NodeJS.ReadableStream): Promise<number> {
    await setTimeout(200)
    let bytes = 0
    for await (const piece of body) bytes += piece.length
    return bytes
  }
}

test('promise 1: a connection that breaks before the store begins to read ends that upload and not the server', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const arrived = once(server, 'request')
  const socket = connect(address.port, '127.0.0.1')
  socket.write('PATCH / HTTP/1.1\r\nHost: a\r\nUpload-Offset: 0\r\nContent-Length: 1000\r\n\r\nsome')
  const [request] = (await arrived) as [IncomingMessage]
  const refused = expect(
    writeOn({ store: new SlowStore(), locker: new MemoryLocker() }, request, 'one', new AbortController().signal),
  ).rejects.toMatchObject({ status_code: 400 })
  await setTimeout(50)
  socket.destroy()
  await refused
  server.close()
})
