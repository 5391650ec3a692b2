import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { unreferredBlobs } from './blobReferences.ts'
import { ORPHAN_KEPT_MS, sweepOrphans } from './sweepOrphans.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)
const { blobs } = context
const weekLater = () => new Date(Date.now() + ORPHAN_KEPT_MS + 1000)

async function filed(seed: number): Promise<string> {
  const visit = device.visit({ seed })
  await device.send(visit.events)
  await device.finalise(visit.recording, await device.upload(visit.recording, visit.audio))
  return visit.recording.sha256
}

test('promise 2: a stored file that nothing refers to goes a week after it was found; one that a row refers to never', async () => {
  const recording = await filed(1)
  const orphan = await blobs.put(randomBytes(300))
  expect(await sweepOrphans(context)).toEqual({ waiting: 1, removed: 0 })
  expect(await sweepOrphans(context)).toEqual({ waiting: 1, removed: 0 })
  expect(await sweepOrphans(context, weekLater())).toEqual({ waiting: 0, removed: 1 })
  expect([await blobs.has(orphan), await blobs.has(recording)]).toEqual([false, true])
  expect(await db.selectFrom('blobOrphans').selectAll().execute()).toEqual([])
})

test('promise 2: bytes that are announced, and found as an orphan meanwhile, are kept', async () => {
  const visit = device.visit({ seed: 2 })
  expect(await blobs.put(visit.audio)).toBe(visit.recording.sha256)
  await sweepOrphans(context)
  await device.send(visit.events)
  expect(await sweepOrphans(context, weekLater())).toEqual({ waiting: 0, removed: 0 })
  expect(await blobs.has(visit.recording.sha256)).toBe(true)
})

test('promise 2: cut off between the file and its note, the next sweep goes on', async () => {
  const orphan = await blobs.put(randomBytes(300))
  await sweepOrphans(context)
  const remove = vi.spyOn(blobs, 'remove').mockImplementationOnce(async (sha256) => {
    await rm(join(context.folders.data, 'blobs', sha256.slice(0, 2), sha256))
    throw new Error('power cut')
  })
  await expect(sweepOrphans(context, weekLater())).rejects.toThrow('power cut')
  remove.mockRestore()
  expect(await blobs.has(orphan)).toBe(false)
  expect(await sweepOrphans(context, weekLater())).toEqual({ waiting: 0, removed: 0 })
  expect(await db.selectFrom('blobOrphans').selectAll().execute()).toEqual([])
})

test('a column that names a blob counts as a reference, whatever table it is in', async () => {
  const rows = await db.selectFrom('recordings').select('sha256').execute()
  expect(
    await unreferredBlobs(
      db,
      rows.map(({ sha256 }) => sha256),
    ),
  ).toEqual([])
  const artefact = await blobs.put(randomBytes(300))
  expect(await unreferredBlobs(db, [artefact])).toEqual([artefact])
  await sql`create table later_capability (thumbnail_sha256 text)`.execute(db)
  await sql`insert into later_capability values (${artefact})`.execute(db)
  expect(await unreferredBlobs(db, [artefact])).toEqual([])
})
