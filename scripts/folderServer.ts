import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAppProtocol } from '../electron/appProtocol.ts'

/** The built bedside app, from a folder, on this machine alone: by the very handler and headers that the desktop app has. */
export interface FolderServer {
  readonly origin: string
  close(): Promise<void>
}

export async function serveFolder(folder: string, port = 0): Promise<FolderServer> {
  const answer = createAppProtocol(folder)
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/') {
      response.writeHead(302, { location: '/bedside/' }).end()
      return
    }
    const reply = await answer(new Request(`app://spira${request.url ?? '/'}`, { method: request.method ?? 'GET' }))
    response.writeHead(reply.status, Object.fromEntries(reply.headers))
    response.end(Buffer.from(await reply.arrayBuffer()))
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', listening)
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
