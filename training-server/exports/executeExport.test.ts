import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { ExportRow } from '@spira/shared/protocol/exportsApi.ts'
import type { BlobStore } from '../blobs/blobStore.ts'
import { executeExport } from './executeExport.ts'
import { exportedDataset } from './testing/exportedDataset.ts'

/** An export that is stopped, killed or meets a damaged disk leaves nothing that anybody takes for an archive. */
const { context, db, url, researcher, visits, start, rowOf, made } = await exportedDataset()
const workFolders = async (): Promise<string[]> =>
  (await readdir(context.folders.work).catch(() => [])).filter((name) => name.startsWith('export-'))
const never = new AbortController().signal

/** The blob store, whose reading waits after the first few until it is let on. */
function halted(after: number) {
  const gate = Promise.withResolvers<void>()
  let read = 0
  const blobs = new Proxy<BlobStore>(context.blobs, {
    get: (store, name) => {
      if (name === 'read')
        return async (sha256: string) => {
          read += 1
          if (read > after) await gate.promise
          return store.read(sha256)
        }
      const member: unknown = Reflect.get(store, name)
      return typeof member === 'function' ? (member.bind(store) as unknown) : member
    },
  })
  return { context: { ...context, blobs }, letOn: () => gate.resolve() }
}

test('cancelled while it is being written it stops at the next recording; its progress was between nothing and all', async () => {
  const id = await start({ layout: 'parquet' })
  const { context: slow, letOn } = halted(3)
  const running = executeExport(slow, id, never)
  await vi.waitFor(async () => expect((await rowOf(id)).progress).toBeGreaterThan(0), { timeout: 20_000 })
  expect(await rowOf(id)).toMatchObject({ status: 'running', endedAt: null, sha256: null })
  expect((await rowOf(id)).progress).toBeLessThan(1)
  expect((await researcher.post(`/exports/${id}/cancel`)).json()).toMatchObject({ status: 'running' })
  // Seen within a second, beside the work.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  letOn()
  await running
  expect(await rowOf(id)).toMatchObject({
    status: 'cancelled',
    failure: null,
    sha256: null,
    endedAt: expect.any(String),
  })
  expect(await workFolders()).toEqual([])
  expect((await researcher.get(`/exports/${id}/file`)).json()).toMatchObject({ code: 'not_found' })
})

test('cancelled before a worker takes it, it has ended, and no worker begins it', async () => {
  const id = await start({ layout: 'plain' })
  const cancelled = (await researcher.post(`/exports/${id}/cancel`)).json<ExportRow>()
  expect(cancelled).toMatchObject({ status: 'cancelled', endedAt: expect.any(String) })
  await executeExport(context, id, never)
  expect(await rowOf(id)).toEqual(cancelled)
})

test('a worker that stops hands it back as it was, and the next writes the same', async () => {
  const id = await start({ layout: 'webdataset' })
  const stopping = new AbortController()
  const { context: slow, letOn } = halted(3)
  const running = executeExport(slow, id, stopping.signal)
  await vi.waitFor(async () => expect((await workFolders()).length).toBe(1))
  stopping.abort()
  letOn()
  await expect(running).rejects.toThrow()
  expect(await rowOf(id)).toMatchObject({ status: 'running', sha256: null, endedAt: null })
  expect(await workFolders()).toEqual([])
  await executeExport(context, id, never)
  expect(await rowOf(id)).toMatchObject({ status: 'succeeded', sha256: (await made({ layout: 'webdataset' })).sha256 })
})

test('a worker killed in the middle leaves no archive, and the next writes the very same', async () => {
  const expected = (await made({ layout: 'plain' })).sha256
  // The last step waits here, with everything written: there the worker is killed.
  const held = await db.startTransaction().execute()
  await held.selectFrom('datasetVersions').select('id').forNoKeyUpdate().execute()
  const worker = spawn(
    process.execPath,
    [join(import.meta.dirname, '../cli/spira.ts'), 'worker', '--data', context.folders.data],
    { env: { ...process.env, DATABASE_URL: url }, stdio: 'ignore' },
  )
  const id = await start({ layout: 'plain' })
  await vi.waitFor(
    async () => {
      expect((await rowOf(id)).status).toBe('running')
      expect((await workFolders()).length).toBe(1)
    },
    { timeout: 60_000, interval: 50 },
  )
  worker.kill('SIGKILL')
  await once(worker, 'exit')
  await held.rollback().execute()
  expect(await rowOf(id)).toMatchObject({ status: 'running', sha256: null, endedAt: null })
  expect((await rowOf(id)).progress).toBeLessThan(1)
  await executeExport(context, id, never)
  expect(await rowOf(id)).toMatchObject({ status: 'succeeded', progress: 1, sha256: expected })
  // What the dead one had begun is gone as well.
  expect(await workFolders()).toEqual([])
}, 120_000)

test.each(['changed', 'gone'] as const)(
  'a sound that is %s on the disk is not exported: the sentence names the recording',
  async (how) => {
    const { recording, participant } = visits[how === 'changed' ? 4 : 5] ?? {}
    if (recording === undefined || participant === undefined) throw new Error('no visit')
    const path = await context.blobs.localPath(recording.sha256)
    const bytes = await readFile(path)
    if (how === 'gone') execFileSync('rm', [path])
    else await writeFile(path, Buffer.from(bytes.map((byte, at) => (at === 5000 ? byte ^ 1 : byte))))
    for (const layout of ['plain', 'parquet', 'features'] as const) {
      const row = await made({ layout })
      expect(row).toMatchObject({ status: 'failed', sha256: null })
      expect(row.failure).toContain(recording.id)
      expect(row.failure).toContain('damaged or missing')
      for (const person of [participant.id, participant.code]) expect(row.failure).not.toContain(person)
    }
    await writeFile(path, bytes)
    expect((await made({ layout: 'plain' })).status).toBe('succeeded')
  },
)
