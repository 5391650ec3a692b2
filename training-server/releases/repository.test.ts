import { mkdtemp, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { Updater } from 'tuf-js'
import { afterAll, expect, test } from 'vitest'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { createReleaseClient } from '@spira/shared/release/client.ts'
import { httpRepository } from '@spira/shared/release/httpRepository.ts'
import { RELEASE_LIMITS } from '@spira/shared/release/limits.ts'
import type { Role } from '@spira/shared/release/metadata.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { ensureRepository, publishReleases, refreshTimestamp } from './repository.ts'
import { tufRoutes } from './routes.ts'

const { context, db } = await withTestDatabase()
const app = Fastify()
app.setValidatorCompiler(validatorCompiler)
app.setSerializerCompiler(serializerCompiler)
await app.register(tufRoutes(context), { prefix: DEVICE_API })
await ensureRepository(context)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
afterAll(() => app.close())
const DAY_MS = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)

const textOf = async (fileName: string) =>
  (await db.selectFrom('tufMetadata').select('text').where('fileName', '=', fileName).executeTakeFirstOrThrow()).text

function clientAt(root: string, now = () => new Date()) {
  const stored = new Map<Role, string>([['root', root]])
  const client = createReleaseClient({
    fetchBytes: httpRepository(`${url}${DEVICE_API}/tuf`, (address) => fetch(address)),
    trusted: {
      read: async (role) => stored.get(role) ?? null,
      write: async (role, text) => void stored.set(role, text),
    },
    now,
    limits: RELEASE_LIMITS,
    channel: 'stable',
  })
  return { client, stored }
}

async function tufJsAccepts(root: string): Promise<boolean> {
  const metadataDir = await mkdtemp(join(tmpdir(), 'tuf-'))
  await writeFile(join(metadataDir, 'root.json'), root)
  const updater = new Updater({
    metadataDir,
    metadataBaseUrl: `${url}${DEVICE_API}/tuf/metadata`,
    config: { fetchRetry: 0 },
  })
  return updater.refresh().then(
    () => true,
    () => false,
  )
}

const release = (sequence: number, modelId = newId()) => ({
  sequence,
  modelId,
  version: sequence,
  channel: 'stable' as const,
  files: {
    manifest: { sha256: 'a'.repeat(64), byteLength: 10 },
    onnx: { sha256: 'b'.repeat(64), byteLength: 20 },
    golden: { sha256: 'c'.repeat(64), byteLength: 30 },
  },
})
const publish = (sequence: number) =>
  db.transaction().execute((trx) => publishReleases(context, trx, [release(sequence)], 'a test'))

test('promise 5: a new repository is accepted by tuf-js and by the device’s client, and holds no release', async () => {
  const root = await textOf('1.root.json')
  expect(await tufJsAccepts(root)).toBe(true)
  const { client } = clientAt(root)
  await client.refresh()
  expect(client.currentRelease()).toBeNull()
})

test('each role has a key of its own, readable by its owner alone, and the repository is made once', async () => {
  const before = await textOf('timestamp.json')
  await ensureRepository(context)
  expect(await textOf('timestamp.json')).toBe(before)
  const files = (await readdir(context.folders.keys)).filter((name) => name.startsWith('tuf-')).sort()
  expect(files).toEqual([
    'tuf-root.jwk.json',
    'tuf-snapshot.jwk.json',
    'tuf-targets.jwk.json',
    'tuf-timestamp.jwk.json',
  ])
  for (const file of files) expect((await stat(join(context.folders.keys, file))).mode & 0o777).toBe(0o600)
  const { signed } = JSON.parse(await textOf('1.root.json')) as { signed: { keys: object } }
  expect(Object.keys(signed.keys)).toHaveLength(4)
})

test('promise 5: releases published at once are signed one after the other, and the device sees the newest', async () => {
  const { client } = clientAt(await textOf('1.root.json'))
  await Promise.all([publish(1), publish(2), publish(3), refreshTimestamp(context)])
  await client.refresh()
  const versions = await db
    .selectFrom('tufMetadata')
    .select('version')
    .where('role', '=', 'targets')
    .orderBy('version')
    .execute()
  expect(versions.map((row) => row.version)).toEqual([1, 2, 3, 4])
  await publish(4)
  await client.refresh()
  expect(client.currentRelease()).toMatchObject({
    sequence: 4,
    version: 4,
    onnx: { sha256: 'b'.repeat(64), byteLength: 20 },
  })
  expect(await tufJsAccepts(await textOf('1.root.json'))).toBe(true)
})

test('a release whose transaction fails leaves the repository as it was', async () => {
  const before = await textOf('timestamp.json')
  const failing = db.transaction().execute(async (trx) => {
    await publishReleases(context, trx, [release(9)], 'a test')
    throw new Error('power cut')
  })
  await expect(failing).rejects.toThrow('power cut')
  expect(await textOf('timestamp.json')).toBe(before)
})

test('promise 5: what nears its end is signed anew, so that a device is never refused by a server that runs', async () => {
  const root = await textOf('1.root.json')
  const at = async (days: number) => {
    const signed = await refreshTimestamp(context, inDays(days))
    await clientAt(root, () => inDays(days)).client.refresh()
    return signed
  }
  expect(await at(0)).toEqual(['timestamp'])
  expect(await at(16)).toEqual(['snapshot', 'timestamp'])
  expect(await at(200)).toEqual(['targets', 'snapshot', 'timestamp'])
  expect(await at(600)).toEqual(['root', 'targets', 'snapshot', 'timestamp'])
  // Switched off for a year beyond the end of everything but the root, then started again.
  expect(await at(1000)).toEqual(['targets', 'snapshot', 'timestamp'])
  const { client, stored } = clientAt(root, () => inDays(1000))
  await client.refresh()
  expect(JSON.parse(stored.get('root') ?? '')).toMatchObject({ signed: { version: 2 } })
  await expect(clientAt(root, () => inDays(1008)).client.refresh()).rejects.toMatchObject({ code: 'metadata_expired' })
})

test('a missing or foreign key file is said, and no new key is made in its place', async () => {
  const path = join(context.folders.keys, 'tuf-targets.jwk.json')
  await rename(path, `${path}.away`)
  await expect(publish(10)).rejects.toThrow(/tuf-targets.jwk.json is missing. Restore/)
  await rename(join(context.folders.keys, 'tuf-snapshot.jwk.json'), path)
  await rename(`${path}.away`, join(context.folders.keys, 'tuf-snapshot.jwk.json'))
  await expect(publish(10)).rejects.toThrow(/is not the one the devices trust/)
})

test('only released models’ files are served as targets, never another blob', async () => {
  const secret = await context.blobs.put(Buffer.from('somebody’s voice'))
  for (const path of [
    `models/${newId()}/${secret}.model.onnx`,
    secret,
    `models/x/${secret}.model.onnx`,
    '../../etc/passwd',
  ]) {
    const reply = await fetch(`${url}${DEVICE_API}/tuf/targets/${path}`)
    expect(reply.status, path).toBe(404)
  }
  expect((await fetch(`${url}${DEVICE_API}/tuf/metadata/9.root.json`)).status).toBe(404)
})
