import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { createReleaseClient } from '@spira/shared/release/client.ts'
import { httpRepository } from '@spira/shared/release/httpRepository.ts'
import { RELEASE_LIMITS } from '@spira/shared/release/limits.ts'
import type { Role } from '@spira/shared/release/metadata.ts'
import verb from '../../cli/verbs/keys.ts'
import { withTestDatabase } from '../../db/testDatabase.ts'
import { approveModel } from '../../models/approve.ts'
import { listModelVersions } from '../../models/modelVersions.ts'
import { registerCandidate } from '../../models/registry.ts'
import { trainedRun } from '../../models/testing/trainedRun.ts'
import { WITHOUT_SOAK } from '../../models/testing/withoutSoak.ts'
import { ensureRepository, refreshTimestamp } from '../repository.ts'
import { tufRoutes } from '../routes.ts'
import { installSigned } from './install.ts'
import { keysStatus } from './keysStatus.ts'
import { makeKeyFile, openKeyFile } from './keyFile.ts'
import { takeOffline } from './offline.ts'

/** The ceremonies, by the command line where people use it, against devices that verify by themselves. */

const { context, db, url: databaseUrl } = await withTestDatabase()
await ensureRepository(context)
const app = Fastify()
app.setValidatorCompiler(validatorCompiler)
app.setSerializerCompiler(serializerCompiler)
await app.register(tufRoutes(context), { prefix: DEVICE_API })
const url = await app.listen({ host: '127.0.0.1', port: 0 })
afterAll(() => app.close())

const stick = await mkdtemp(join(tmpdir(), 'spira-keys-'))
const PASSPHRASE = 'seven quiet wards by the sea'
const passphraseFile = join(stick, 'passphrase')
await writeFile(passphraseFile, `${PASSPHRASE}\n`)

/** `spira keys …`, as the command line runs it. */
async function keys(...args: string[]) {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  vi.stubEnv('DATABASE_URL', databaseUrl)
  try {
    const given = [...args, '--passphrase-file', passphraseFile, '--data', context.folders.data]
    const error = await verb.run(given).then(
      () => null,
      (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
    )
    return { error, said: log.mock.calls.flat().join('\n') }
  } finally {
    vi.unstubAllEnvs()
    log.mockRestore()
  }
}

async function device() {
  const { text } = await db
    .selectFrom('tufMetadata')
    .select('text')
    .where('fileName', '=', '1.root.json')
    .executeTakeFirstOrThrow()
  const stored = new Map<Role, string>([['root', text]])
  const client = createReleaseClient({
    fetchBytes: httpRepository(`${url}${DEVICE_API}/tuf`, (address) => fetch(address)),
    trusted: {
      read: async (role) => stored.get(role) ?? null,
      write: async (role, signed) => void stored.set(role, signed),
    },
    now: () => new Date(),
    limits: RELEASE_LIMITS,
    channel: 'stable',
  })
  return client
}

const by = { approvedBy: 'ana', reason: 'better than the one before', override: false, rollout: WITHOUT_SOAK }
const approved = async () => {
  const { modelId, version } = await registerCandidate(context, await trainedRun(context))
  await approveModel(context, modelId, by)
  return { modelId, version }
}
const statusOf = async (modelId: string) =>
  (await listModelVersions(context)).find((model) => model.modelId === modelId)?.status

describe('a key file', () => {
  test('opens with its passphrase alone, and not when a byte of it was changed', async () => {
    const path = join(stick, 'one.key.json')
    const made = await makeKeyFile(path, PASSPHRASE)
    expect((await openKeyFile(path, PASSPHRASE)).key.keyID).toBe(made.key.keyID)
    await expect(openKeyFile(path, 'seven quiet wards by the lake')).rejects.toThrow(/does not open/)
    const other = JSON.parse(await readFile(path, 'utf8')) as { publicKey: string }
    other.publicKey = Buffer.alloc(32, 7).toString('base64')
    await writeFile(join(stick, 'changed.key.json'), JSON.stringify(other))
    await expect(openKeyFile(join(stick, 'changed.key.json'), PASSPHRASE)).rejects.toThrow(/does not open/)
  })

  test('is never overwritten, wants a long passphrase, and holds nothing readable of the private key', async () => {
    const path = join(stick, 'one.key.json')
    await expect(makeKeyFile(path, PASSPHRASE)).rejects.toThrow(/EEXIST/)
    await expect(makeKeyFile(join(stick, 'weak.key.json'), 'short')).rejects.toThrow(/at least 12/)
    const { sealed, ...rest } = JSON.parse(await readFile(path, 'utf8')) as { sealed: object }
    expect(Object.keys(sealed).sort()).toEqual(['bytes', 'cipher', 'iv', 'tag'])
    expect(Object.keys(rest).sort()).toEqual(['createdAt', 'kdf', 'keyType', 'publicKey', 'schema'])
  })
})

test('promise 5: root and targets keys are taken offline, a device follows, and a release then waits for its signature', async () => {
  const before = await approved()
  const early = await device()
  await early.refresh()
  expect(early.currentRelease()?.modelId).toBe(before.modelId)

  const files = await takeOffline(context, {
    folder: join(stick, 'keys'),
    keys: { root: 3, targets: 2 },
    thresholds: { root: 2, targets: 1 },
    passphraseFor: async () => PASSPHRASE,
  })
  expect(files).toHaveLength(5)
  expect((await readdir(context.folders.keys)).filter((name) => name.startsWith('tuf-')).sort()).toEqual([
    'tuf-snapshot.jwk.json',
    'tuf-timestamp.jwk.json',
  ])
  await early.refresh()
  expect(early.currentRelease()?.modelId).toBe(before.modelId)

  const next = await approved()
  expect(await statusOf(next.modelId)).toBe('challenger')
  await early.refresh()
  expect(early.currentRelease()?.modelId).toBe(before.modelId)
  const { waiting, roles } = await keysStatus(context)
  expect(waiting).toHaveLength(1)
  expect(roles.map(({ role, place, threshold }) => [role, place, threshold])).toEqual([
    ['root', 'offline', 2],
    ['timestamp', 'online', 1],
    ['snapshot', 'online', 1],
    ['targets', 'offline', 1],
  ])

  const requests = await keys('requests', '--out', stick)
  expect(requests.error).toBeNull()
  const request = join(stick, `${waiting[0]?.version}.targets.json`)
  expect((await keys('install', request)).error).toMatch(/not signed by a key this device trusts/)
  const signed = await keys('sign', request, '--key', join(stick, 'keys', 'targets-2.key.json'))
  expect(signed.said).toContain(`models/${next.modelId}/model.onnx`)
  expect(await keys('install', request)).toMatchObject({ error: null })
  expect(await statusOf(next.modelId)).toBe('champion')
  expect(await statusOf(before.modelId)).toBe('retired')
  await early.refresh()
  expect(early.currentRelease()?.modelId).toBe(next.modelId)
  expect((await keysStatus(context)).waiting).toEqual([])
}, 120_000)

test('promise 5: the server alone cannot sign targets any more, and what nobody asked for is not installed', async () => {
  const root = await keys('requests', '--out', stick)
  expect(root.error).toBeNull()
  const inForce = JSON.parse(await readFile(join(stick, 'in-force.targets.json'), 'utf8')) as {
    signatures: unknown[]
    signed: { version: number; targets: Record<string, { length: number }> }
  }
  inForce.signatures = []
  inForce.signed.version += 1
  for (const target of Object.values(inForce.signed.targets)) target.length += 1
  const forged = join(stick, 'forged.json')
  await writeFile(forged, JSON.stringify(inForce))
  await keys('sign', forged, '--key', join(stick, 'keys', 'targets-1.key.json'))
  expect((await keys('install', forged)).error).toMatch(/not the ones that wait for signatures/)
}, 60_000)

test('promise 5: a stolen targets key is rotated away: old signatures count for nothing, devices follow the new root', async () => {
  const early = await device()
  await early.refresh()
  const stolen = await openKeyFile(join(stick, 'keys', 'targets-1.key.json'), PASSPHRASE)
  expect((await keys('make', join(stick, 'targets-3.key.json'))).error).toBeNull()
  expect((await keys('requests', '--out', stick)).error).toBeNull()
  const out = join(stick, 'next.root.json')
  const removed = `targets=${stolen.key.keyID.slice(0, 10)}`
  const added = `targets=${join(stick, 'targets-3.key.json')}`
  const [root, targets] = ['root', 'targets'].map((role) => join(stick, `in-force.${role}.json`))
  const change = ['--remove', removed, '--add', added, '--threshold', 'targets=2', '--targets', targets]
  const next = await keys('next-root', root, '--out', out, ...change)
  expect(next.error).toBeNull()
  const anew = /(\S+\.targets\.json): the same/.exec(next.said)?.[1] ?? ''
  // One root key is not the threshold.
  await keys('sign', out, '--key', join(stick, 'keys', 'root-1.key.json'))
  await keys(
    'sign',
    anew,
    '--key',
    join(stick, 'keys', 'targets-2.key.json'),
    '--key',
    join(stick, 'targets-3.key.json'),
  )
  expect((await keys('install', out, anew)).error).toMatch(/carries 1 trusted signatures, 2 are needed/)
  await keys('sign', out, '--key', join(stick, 'keys', 'root-3.key.json'))
  // The root alone would leave devices with targets that it does not trust.
  expect((await keys('install', out)).error).toMatch(/targets metadata carries 1 trusted signatures, 2 are needed/)
  expect(await keys('install', out, anew)).toMatchObject({ error: null })
  await early.refresh()
  const { roles } = await keysStatus(context)
  expect(roles.find(({ role }) => role === 'targets')).toMatchObject({ keys: 2, threshold: 2 })
}, 120_000)

test('promise 5: after the server was compromised its online keys are renewed, and devices drop what the old ones signed', async () => {
  const early = await device()
  await early.refresh()
  const out = join(stick, 'renewed.root.json')
  expect(await keys('renew-online', '--out', out)).toMatchObject({ error: null })
  // Until it is installed the old keys go on.
  expect(await refreshTimestamp(context)).toEqual(['timestamp'])
  const two = ['root-1', 'root-2'].flatMap((name) => ['--key', join(stick, 'keys', `${name}.key.json`)])
  expect((await keys('sign', out, ...two)).error).toBeNull()
  expect(await keys('install', out)).toMatchObject({ error: null })
  await early.refresh()
  expect(await refreshTimestamp(context)).toEqual(['timestamp'])
  await early.refresh()
  expect(await readdir(join(context.folders.keys, 'renewed'))).toEqual([])
}, 120_000)

test('offline metadata that nears its end is asked for, once, and said to be due', async () => {
  const in300Days = new Date(Date.now() + 300 * 86_400_000)
  await refreshTimestamp(context, in300Days)
  await refreshTimestamp(context, in300Days)
  const { waiting, roles } = await keysStatus(context, in300Days)
  expect(waiting.map(({ role, reason }) => [role, reason])).toEqual([['targets', 'the targets expire']])
  expect(roles.find(({ role }) => role === 'targets')?.due).toBe(true)
})

test('nothing is installed by halves', async () => {
  const before = await keysStatus(context)
  const { text } = await db
    .selectFrom('tufMetadata')
    .select('text')
    .where('fileName', '=', 'timestamp.json')
    .executeTakeFirstOrThrow()
  for (const files of [['no json'], ['{"signed":{}}'], [text], [text, 'no json']])
    await expect(installSigned(context, files, 'test')).rejects.toMatchObject({ code: 'signature_refused' })
  expect(await keysStatus(context)).toEqual(before)
})
