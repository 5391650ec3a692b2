import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * A ward's network line between the app and the server: a TCP relay on a port of its own that can be slowed towards the server
 * and counts what passes, so that a test can cut the server off in the middle of an upload.
 */
export class SlowLine {
  readonly port: number
  /** Bytes sent towards the server since `slowTo`. */
  sentBytes = 0
  /** Every `Upload-Offset` the app announced with a PATCH, in order: 0 is a start, more is a resumption. */
  readonly patchOffsets: number[] = []
  readonly #target: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #bytesPerSecond = Infinity
  #waiting: { bytes: number; reached: () => void } | null = null

  private constructor(port: number, target: number) {
    this.port = port
    this.#target = target
    this.#server = createServer((client) => this.#relay(client))
  }

  static async open(port: number, target: number): Promise<SlowLine> {
    const line = new SlowLine(port, target)
    line.#server.listen(port, '127.0.0.1')
    await once(line.#server, 'listening')
    return line
  }

  slowTo(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond
    this.sentBytes = 0
  }

  /** Resolves once `bytes` have passed towards the server since `slowTo`. */
  passed(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { bytes, reached: resolve }
    })
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #relay(client: Socket): void {
    const upstream = connect(this.#target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    upstream.pipe(client)
    client.on('data', (data) => {
      for (const [, offset] of data.toString('latin1').matchAll(/^PATCH [\s\S]*?\r\nupload-offset: (\d+)\r\n/gim))
        this.patchOffsets.push(Number(offset))
      client.pause()
      void this.#forward(data, upstream).then(() => client.resume())
    })
  }

  async #forward(data: Buffer, upstream: Socket): Promise<void> {
    const slice = Number.isFinite(this.#bytesPerSecond) ? 2048 : data.length
    for (let at = 0; at < data.length; at += slice) {
      if (upstream.destroyed) return
      const piece = data.subarray(at, at + slice)
      upstream.write(piece)
      this.sentBytes += piece.length
      if (this.#waiting !== null && this.sentBytes >= this.#waiting.bytes) {
        this.#waiting.reached()
        this.#waiting = null
      }
      if (Number.isFinite(this.#bytesPerSecond))
        await new Promise((resolve) => setTimeout(resolve, (piece.length / this.#bytesPerSecond) * 1000))
    }
  }
}
