import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

/** The peer: @tus/server with its file store and nothing else, in the folder named by the first argument. */
const [folder = ''] = process.argv.slice(2)
const tus = new Server({ path: '/uploads', datastore: new FileStore({ directory: folder }), relativeLocation: true })
const server = createServer((request, response) => void tus.handle(request, response))
server.listen(0, '127.0.0.1', () => {
  console.log(`ready on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
