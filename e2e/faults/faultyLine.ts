import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { RandomStream } from '../../apps/simulator/voice/randomStream.ts'

/** What the line does to every connection. `cut`: breaks some of them after a random number of bytes, either way. */
export type LineMode = 'sound' | 'cut' | 'captive portal'

const PORTAL = '<html><body>Welcome to HospitalGuest. Please sign in.</body></html>'
const PORTAL_REPLY = `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${PORTAL.length}\r\nconnection: close\r\n\r\n${PORTAL}`

/** A TCP line between the devices and the server, at an address of its own. */
export class FaultyLine {
  mode: LineMode = 'sound'
  /** Connections broken and answered by the portal so far. */
  readonly done = { cuts: 0, portals: 0 }
  readonly #random: RandomStream
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((socket) => this.#carry(socket))
  #target = 0

  constructor(random: RandomStream) {
    this.#random = random
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  leadTo(port: number): void {
    this.#target = port
  }

  /** Breaks everything that is open now. */
  cutAll(): void {
    for (const socket of this.#sockets) {
      this.done.cuts += 1
      socket.destroy()
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #carry(near: Socket): void {
    near.on('error', () => undefined)
    if (this.mode === 'captive portal') {
      this.done.portals += 1
      near.end(PORTAL_REPLY)
      return
    }
    const far = connect(this.#target, '127.0.0.1')
    far.on('error', () => near.destroy())
    for (const socket of [near, far]) {
      this.#sockets.add(socket)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    let left = this.mode === 'cut' ? this.#random.uniform(200, 60_000) : Number.POSITIVE_INFINITY
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (bytes: Buffer) => {
        to.write(left < bytes.length ? bytes.subarray(0, left) : bytes)
        left -= bytes.length
        if (left > 0) return
        this.done.cuts += 1
        near.destroy()
        far.destroy()
      })
    }
    pass(near, far)
    pass(far, near)
  }
}
