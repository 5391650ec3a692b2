import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { Pool } from 'pg'

/**
 * The peer: @tus/server with its file store and nothing else, in the folder named by the first argument. With a database as the second it
 * is the floor of what keeps its word: each finished upload's file and folder are synced, and one row is committed.
 */
const [folder = '', databaseUrl] = process.argv.slice(2)
const pool = databaseUrl === undefined ? null : new Pool({ connectionString: databaseUrl })
await pool?.query('create table if not exists bench_floor (id text primary key, at timestamptz not null default now())')
const tus = new Server({
  path: '/uploads',
  datastore: new FileStore({ directory: folder }),
  relativeLocation: true,
  ...(pool !== null && {
    async onUploadFinish(_request, { id, storage }) {
      const path = storage?.path ?? ''
      for (const synced of [path, dirname(path)]) {
        const file = await open(synced)
        await file.sync()
        await file.close()
      }
      await pool.query('insert into bench_floor (id) values ($1)', [id])
      return {}
    },
  }),
})
const server = createServer((request, response) => void tus.handle(request, response))
server.listen(0, '127.0.0.1', () => {
  console.log(`ready on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
