import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import { withTestDatabase } from '../db/testDatabase.ts'
import { freezeDataset } from '../datasets/freeze.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { ensureStageQueues } from '../jobs/stages/stageJobs.ts'
import { getRun, startRun } from '../jobs/trainingRuns.ts'
import { approveModel } from '../models/approve.ts'
import { registerCandidate } from '../models/registry.ts'
import { trainedRun } from '../models/testing/trainedRun.ts'
import { buildServer } from '../server/app.ts'
import { checkIntegrity } from '../server/integrity.ts'
import { makeContext } from '../server/openContext.ts'
import { backup, blobPath } from './backup.ts'
import { checkBackup, restore, restoreKeys } from './restore.ts'

const { context, url } = await withTestDatabase()
const empty = await withTestDatabase()
await empty.context.db.deleteFrom('server').execute()
const folder = await mkdtemp(join(tmpdir(), 'spira-backup-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const out = join(folder, 'backup')

test('promise 1: a server that was wiped comes back from its backup: datasets, models, keys, receipts; its devices sync on', async () => {
  const app = await buildServer(context)
  const device = await TestDevice.enrol(app, context)
  const visits = []
  for (let seed = 1; seed <= 8; seed += 1)
    visits.push(await device.fileVisit({ seed, label: seed % 2 === 0 ? 'present' : 'absent' }))
  const dataset = await freezeDataset(context, { name: 'before', description: '', frozenBy: 'test' })
  const model = await registerCandidate(context, await trainedRun(context))
  await approveModel(context, model.modelId, { approvedBy: 'ana', reason: 'to be kept', override: true })
  await context.boss.start()
  await ensureStageQueues(context.boss)
  const run = await startRun(context, { datasetVersionId: dataset.id, seed: 1, maxEpochs: 1, startedBy: 'test' })

  const first = await backup({ context, databaseUrl: url }, out)
  // Into the same folder again: what is there is not copied again.
  const kept = await stat(blobPath(out, visits[0].recording.sha256))
  const { madeAt: _, ...second } = await backup({ context, databaseUrl: url }, out)
  expect(second).toEqual({ ...first, madeAt: undefined })
  expect((await stat(blobPath(out, visits[0].recording.sha256))).mtimeMs).toBe(kept.mtimeMs)
  await app.close()

  const dataFolder = join(folder, 'restored')
  const manifest = await checkBackup(out)
  await restoreKeys(out, manifest, dataFolder)
  await expect(restoreKeys(out, manifest, dataFolder)).rejects.toThrow('holds the keys of a server already')
  const restored = await makeContext({ dataFolder, databaseUrl: empty.url, log: pino({ level: 'silent' }) })
  afterAll(async () => {
    await restored.uploadLocks.close()
    await restored.db.destroy()
  })
  await restore({ context: restored, databaseUrl: empty.url }, out, manifest)
  await expect(restore({ context: restored, databaseUrl: empty.url }, out, manifest)).rejects.toThrow(
    'holds data already',
  )

  for (const table of [
    'datasetVersions',
    'datasetItems',
    'modelVersions',
    'releases',
    'receipts',
    'tufMetadata',
    'auditLog',
  ] as const)
    expect(await restored.db.selectFrom(table).selectAll().execute()).toEqual(
      await context.db.selectFrom(table).selectAll().execute(),
    )
  expect(restored.keys.receipt.keyId).toBe(context.keys.receipt.keyId)
  expect(await checkIntegrity(restored)).toEqual([])
  const { id: serverId } = await restored.db.selectFrom('server').select('id').executeTakeFirstOrThrow()
  expect(serverId).toBe(context.serverId)
  const epochs = [context, restored].map(({ db }) => db.selectFrom('server').select('epoch').executeTakeFirstOrThrow())
  const [former, now] = await Promise.all(epochs)
  expect(now?.epoch).not.toBe(former?.epoch)
  // The run that waited waits here, too, with a job of its own.
  expect(await getRun(restored.db, run.id)).toMatchObject({ status: 'queued' })
  const [freeze] = await restored.db
    .selectFrom('runStages')
    .selectAll()
    .where('runId', '=', run.id)
    .orderBy('position')
    .execute()
  expect(freeze.state).toBe('queued')

  const there = await buildServer(restored)
  device.goOnWith(there)
  const { receipt } = await device.fileVisit({ seed: 9, label: 'present' })
  expect(receipt.keyId).toBe(visits[0].receipt.keyId)
  // What it sent before is known here.
  expect((await device.send(visits[0].events)).rejected).toEqual([])
  const next = await freezeDataset({ ...restored, serverId }, { name: 'after', description: '', frozenBy: 'test' })
  expect(next.recordings).toBe(dataset.recordings + 1)
  await there.close()
}, 120_000)

test('a damaged backup is refused before anything is changed', async () => {
  const [name = ''] = (await checkBackup(out)).blobs
  const path = blobPath(out, name)
  const bytes = await readFile(path)
  await writeFile(path, Buffer.concat([bytes, Buffer.from('x')]))
  await expect(checkBackup(out)).rejects.toThrow(`The stored file ${name}`)
  await writeFile(path, bytes)
  await rm(join(out, 'manifest.json'))
  await expect(checkBackup(out)).rejects.toThrow('no finished backup')
})
