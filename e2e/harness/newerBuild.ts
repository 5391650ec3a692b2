import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

/** Stands before the server and, once asked, hands out a service worker that differs: what a newer build of the app looks like. */
export class NewerBuild {
  readonly port: number
  readonly #server: Server
  #newer = false

  private constructor(port: number, target: string) {
    this.port = port
    this.#server = createServer((request, response) => {
      const pass = async (): Promise<void> => {
        const chunks: Uint8Array[] = []
        for await (const chunk of request) chunks.push(chunk as Uint8Array)
        // Asked whether it has changed, the server would rightly say no.
        const { 'if-none-match': _, 'if-modified-since': __, ...asked } = request.headers
        const answer = await fetch(`${target}${request.url ?? '/'}`, {
          method: request.method ?? 'GET',
          headers: { ...(asked as Record<string, string>), connection: 'close', host: new URL(target).host },
          ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
        })
        const body = Buffer.from(await answer.arrayBuffer())
        const isWorker = request.url === '/bedside/sw.js' && this.#newer
        const headers = Object.fromEntries(
          [...answer.headers].filter(([name]) => !['content-encoding', 'content-length', 'etag'].includes(name)),
        )
        response.writeHead(answer.status, headers)
        response.end(isWorker ? Buffer.concat([body, Buffer.from('\n// newer\n')]) : body)
      }
      pass().catch(() => response.destroy())
    })
  }

  static async open(port: number, target: string): Promise<NewerBuild> {
    const relay = new NewerBuild(port, target)
    relay.#server.listen(port, '127.0.0.1')
    await once(relay.#server, 'listening')
    return relay
  }

  release(): void {
    this.#newer = true
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
