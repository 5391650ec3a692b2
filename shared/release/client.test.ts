import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MetaFile } from '@tufjs/models'
import { afterEach, expect, test } from 'vitest'
import { Updater } from 'tuf-js'
import { newId } from '../protocol/ids.ts'
import { createReleaseClient, type ReleaseClient, type TrustedMetadataStore } from './client.ts'
import { ReleaseError } from './errors.ts'
import { httpRepository } from './httpRepository.ts'
import { RELEASE_LIMITS } from './limits.ts'
import type { Role } from './metadata.ts'
import { aliasOf, inDays, newSigner, TufRepository } from './testing/tufRepository.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** Our client and tuf-js 6, each with its own trusted metadata, before the same HTTP server. */
interface Device {
  readonly ours: ReleaseClient
  readonly stored: Map<Role, string>
  /** 'accepted', or the code of our refusal. Fails the test when tuf-js decides otherwise. */
  refresh(): Promise<string>
  refreshOurs(): Promise<string>
  /** 'accepted', or why tuf-js refused. */
  refreshTheirs(): Promise<string>
}

async function deviceOf(repository: TufRepository, endless?: ReadonlySet<string>): Promise<Device> {
  const server = await repository.serve(endless)
  const folder = mkdtempSync(join(tmpdir(), 'tuf-'))
  closers.push(server.close, () => rmSync(folder, { recursive: true }))
  const root = repository.files.get('metadata/1.root.json')!.toString()
  const stored = new Map<Role, string>([['root', root]])
  writeFileSync(join(folder, 'root.json'), root)
  const trusted: TrustedMetadataStore = {
    read: async (role) => stored.get(role) ?? null,
    write: async (role, text) => void stored.set(role, text),
  }
  const ours = createReleaseClient({
    fetchBytes: httpRepository(server.url, (url) => fetch(url)),
    trusted,
    now: () => new Date(),
    limits: RELEASE_LIMITS,
    channel: 'stable',
  })
  const refreshOurs = (): Promise<string> =>
    ours.refresh().then(
      () => 'accepted',
      (error: unknown) => {
        if (error instanceof ReleaseError) return error.code
        throw error
      },
    )
  const refreshTheirs = (): Promise<string> =>
    new Updater({
      metadataDir: folder,
      metadataBaseUrl: `${server.url}/metadata`,
      targetDir: folder,
      targetBaseUrl: `${server.url}/targets`,
      config: { fetchRetry: 0 },
    })
      .refresh()
      .then(
        () => 'accepted',
        (error: unknown) => `refused: ${String(error)}`,
      )
  return {
    ours,
    stored,
    refreshOurs,
    refreshTheirs,
    async refresh() {
      const outcome = await refreshOurs()
      const theirs = await refreshTheirs()
      expect(outcome === 'accepted', `ours: ${outcome}; tuf-js: ${theirs}`).toBe(theirs === 'accepted')
      return outcome
    },
  }
}

const modelId = newId()
const files = (text: string) => ({
  manifest: Buffer.from(`manifest ${text}`),
  onnx: Buffer.from(`onnx ${text}`.repeat(1000)),
  golden: Buffer.from(`golden ${text}`),
})

test('promise 5: a release signed by the pinned root’s keys is found and its files are handed over', async () => {
  const repository = new TufRepository()
  const device = await deviceOf(repository)
  expect(await device.refresh()).toBe('accepted')
  expect(device.ours.currentRelease()).toBeNull()

  repository.addRelease({ sequence: 1, modelId, version: 1, files: files('one') })
  repository.publish()
  expect(await device.refresh()).toBe('accepted')
  const release = device.ours.currentRelease()!
  expect(release).toMatchObject({ sequence: 1, modelId, version: 1, channel: 'stable' })
  expect(Buffer.from(await device.ours.download(release.onnx))).toEqual(files('one').onnx)

  const newer = newId()
  repository.addRelease({ sequence: 2, modelId: newer, version: 2, files: files('two') })
  repository.publish()
  expect(await device.refresh()).toBe('accepted')
  expect(device.ours.currentRelease()).toMatchObject({ sequence: 2, modelId: newer })
  expect(await device.refresh()).toBe('accepted')
})

test('promise 5: a tampered, truncated or endless model file is refused', async () => {
  const repository = new TufRepository()
  repository.addRelease({ sequence: 1, modelId, version: 1, files: files('one') })
  repository.publish()
  const path = [...repository.files.keys()].find((name) => name.endsWith('.model.onnx'))!
  const device = await deviceOf(repository)
  await device.refresh()
  const { onnx } = device.ours.currentRelease()!
  const bytes = repository.files.get(path)!

  const tampered = Buffer.from(bytes)
  tampered[10] ^= 1
  repository.files.set(path, tampered)
  await expect(device.ours.download(onnx)).rejects.toMatchObject({ code: 'hash_mismatch' })
  repository.files.set(path, bytes.subarray(1))
  await expect(device.ours.download(onnx)).rejects.toMatchObject({ code: 'length_mismatch' })
  repository.files.set(path, Buffer.concat([bytes, Buffer.from('x')]))
  await expect(device.ours.download(onnx)).rejects.toMatchObject({ code: 'too_large' })

  const endless = await deviceOf(repository, new Set([path]))
  await endless.refresh()
  await expect(endless.ours.download(onnx)).rejects.toMatchObject({ code: 'too_large' })
})

test.each(['metadata/timestamp.json', 'metadata/2.snapshot.json', 'metadata/2.targets.json', 'metadata/2.root.json'])(
  'promise 5: endless %s is cut off at its limit',
  async (path) => {
    const repository = new TufRepository()
    const device = await deviceOf(repository, new Set([path]))
    if (path === 'metadata/2.root.json' || path === 'metadata/timestamp.json') {
      expect(await device.refresh()).toBe('too_large')
      return
    }
    expect(await device.refresh()).toBe('accepted')
    repository.publish()
    expect(await device.refresh()).toBe('too_large')
  },
)

test.each(['timestamp', 'snapshot', 'targets'] as const)(
  'promise 5: %s rolled back to an older version is refused',
  async (role) => {
    const repository = new TufRepository()
    repository.publish()
    const older = new Map(repository.files)
    repository.publish()
    const device = await deviceOf(repository)
    expect(await device.refresh()).toBe('accepted')
    if (role === 'timestamp') {
      repository.files.set('metadata/timestamp.json', older.get('metadata/timestamp.json')!)
    } else if (role === 'snapshot') {
      // The online keys are stolen: a newer timestamp names the older snapshot.
      repository.snapshot.version = 2
      repository.targets.version = 2
      repository.writeTargets()
      repository.writeSnapshot()
      repository.timestamp.version += 1
      repository.writeTimestamp()
    } else {
      // A newer snapshot names older targets.
      repository.targets.version = 2
      repository.writeTargets()
      repository.snapshot.version += 1
      repository.writeSnapshot()
      repository.timestamp.version += 1
      repository.writeTimestamp()
    }
    expect(await device.refresh()).toBe('version_rollback')
  },
)

test.each(['root', 'timestamp', 'snapshot', 'targets'] as const)(
  'promise 5: expired %s metadata is refused',
  async (role) => {
    const repository = new TufRepository()
    const device = await deviceOf(repository)
    expect(await device.refresh()).toBe('accepted')
    repository[role].expires = inDays(-1)
    if (role === 'root') repository.publishRoot()
    repository.publish()
    expect(await device.refresh()).toBe('metadata_expired')
    repository[role].expires = inDays(1)
    if (role === 'root') repository.publishRoot()
    repository.publish()
    expect(await device.refresh()).toBe('accepted')
  },
)

test('promise 5: a repository frozen until its timestamp expires is refused, and the version already seen still guards', async () => {
  const repository = new TufRepository()
  repository.timestamp.expires = inDays(3 / 86_400)
  repository.publish()
  const device = await deviceOf(repository)
  expect(await device.refresh()).toBe('accepted')
  await new Promise((later) => setTimeout(later, 3100))
  expect(await device.refresh()).toBe('metadata_expired')
  repository.timestamp.version = 1
  repository.timestamp.expires = inDays(1)
  repository.writeTimestamp()
  expect(await device.refresh()).toBe('version_rollback')
})

test.each(['root', 'timestamp', 'snapshot', 'targets'] as const)(
  'promise 5: %s metadata signed by another key is refused',
  async (role) => {
    const repository = new TufRepository()
    const device = await deviceOf(repository)
    expect(await device.refresh()).toBe('accepted')
    repository.signers[role] = [newSigner()]
    if (role === 'root') repository.publishRoot()
    else repository.publish()
    expect(await device.refresh()).toBe('signature_invalid')
  },
)

test.each(['snapshot', 'targets'] as const)(
  'promise 5: %s metadata of another length or hash is refused',
  async (role) => {
    const repository = new TufRepository()
    const device = await deviceOf(repository)
    const path = `metadata/1.${role}.json`
    const bytes = repository.files.get(path)!
    repository.files.set(path, Buffer.from(bytes.toString().replace('1.0.31', '1.0.30')))
    expect(await device.refresh()).toBe('hash_mismatch')
    repository.files.set(path, Buffer.from(bytes.toString().replace('1.0.31', '1.0.3')))
    expect(await device.refresh()).toBe('length_mismatch')
    repository.files.set(path, bytes)
    expect(await device.refresh()).toBe('accepted')
  },
)

test('promise 5: files of two states of the repository cannot be mixed', async () => {
  const repository = new TufRepository()
  const device = await deviceOf(repository)
  expect(await device.refresh()).toBe('accepted')
  const first = repository.files.get('metadata/1.snapshot.json')!
  const firstTargets = repository.files.get('metadata/1.targets.json')!
  repository.publish()
  const targets = repository.files.get('metadata/2.targets.json')!
  repository.files.set('metadata/2.targets.json', firstTargets)
  expect(await device.refresh()).toMatch(/hash_mismatch|length_mismatch/)
  repository.files.set('metadata/2.targets.json', targets)
  expect(await device.refresh()).toBe('accepted')

  repository.publish()
  repository.files.set('metadata/3.snapshot.json', first)
  expect(await device.refresh()).toMatch(/hash_mismatch|length_mismatch/)

  // Without hashes in the timestamp the version alone must hold.
  repository.timestamp.snapshotMeta = new MetaFile({ version: 3 })
  repository.timestamp.version += 1
  repository.writeTimestamp()
  expect(await device.refresh()).toBe('version_mismatch')
})

test('promise 5: a threshold of two needs two keys, and one key counts once however often it is listed', async () => {
  const repository = new TufRepository()
  const [first] = repository.signers.targets
  const second = newSigner()
  repository.signers.targets = [first, second]
  repository.publishRoot({ targets: 2 })
  repository.publish()
  const device = await deviceOf(repository)
  expect(await device.refresh()).toBe('accepted')

  repository.signers.targets = [first]
  repository.publish()
  expect(await device.refresh()).toBe('threshold_not_met')

  // The same key under two ids. tuf-js counts ids and accepts it; ours counts keys.
  repository.signers.targets = [first, aliasOf(first, 'alias')]
  repository.publishRoot({ targets: 2 })
  repository.publish()
  expect(await device.refreshOurs()).toBe('threshold_not_met')
  expect(await device.refreshTheirs()).toBe('accepted')
})

test('promise 5: a role that lists a key id twice, or a file that one key signs twice, is refused', async () => {
  const repository = new TufRepository()
  const device = await deviceOf(repository)
  expect(await device.refresh()).toBe('accepted')
  repository.publish()
  const path = 'metadata/timestamp.json'
  const twice = JSON.parse(repository.files.get(path)!.toString()) as { signatures: unknown[] }
  twice.signatures.push(twice.signatures[0])
  repository.files.set(path, Buffer.from(JSON.stringify(twice)))
  expect(await device.refresh()).toBe('metadata_invalid')

  repository.publishRoot()
  repository.root.roles.targets.keyIDs.push(repository.signers.targets[0].key.keyID)
  repository.writeRoot()
  expect(await device.refresh()).toBe('metadata_invalid')
})

test('promise 5: the root rotates 1 -> 2 -> 3, each signed by the one before; a skipped or unsigned one is refused', async () => {
  const repository = new TufRepository()
  const device = await deviceOf(repository)
  expect(await device.refresh()).toBe('accepted')
  for (const version of [2, 3]) {
    const previous = repository.signers.root
    repository.signers.root = [newSigner()]
    repository.publishRoot({}, previous)
    expect(repository.root.version).toBe(version)
  }
  expect(await device.refresh()).toBe('accepted')
  expect(JSON.parse(device.stored.get('root')!)).toMatchObject({ signed: { version: 3 } })

  // Version 5 in the place of 4.
  repository.root.version = 4
  repository.publishRoot()
  repository.files.set('metadata/4.root.json', repository.files.get('metadata/5.root.json')!)
  expect(await device.refresh()).toBe('version_mismatch')
  // Version 2, which is rightly signed, in the place of 4: it is not signed by the keys of 3.
  repository.files.set('metadata/4.root.json', repository.files.get('metadata/2.root.json')!)
  expect(await device.refresh()).toBe('signature_invalid')
  repository.files.delete('metadata/4.root.json')
  expect(await device.refresh()).toBe('accepted')

  // A new root signed by its own keys alone.
  repository.root.version = 3
  repository.signers.root = [newSigner()]
  repository.publishRoot()
  expect(await device.refresh()).toBe('signature_invalid')
})

test('promise 5: a threshold of the old root and one of the new root must both sign a rotation', async () => {
  const repository = new TufRepository()
  const device = await deviceOf(repository)
  const old = repository.signers.root
  repository.signers.root = [newSigner(), newSigner()]
  repository.publishRoot({ root: 2 }, old)
  expect(await device.refresh()).toBe('accepted')
  repository.publishRoot({ root: 2 })
  const path = 'metadata/3.root.json'
  const once = JSON.parse(repository.files.get(path)!.toString()) as { signatures: unknown[] }
  once.signatures.pop()
  repository.files.set(path, Buffer.from(JSON.stringify(once)))
  expect(await device.refresh()).toBe('threshold_not_met')
})

test('promise 5: after a stolen key raised the versions, rotating the keys lets the repository go on from its own', async () => {
  const repository = new TufRepository()
  const device = await deviceOf(repository)
  repository.targets.version = 999
  repository.snapshot.version = 999
  repository.timestamp.version = 999
  repository.publish()
  expect(await device.refresh()).toBe('accepted')
  repository.targets.version = 1
  repository.snapshot.version = 1
  repository.timestamp.version = 1
  repository.publish()
  expect(await device.refresh()).toBe('version_rollback')
  repository.signers.timestamp = [newSigner()]
  repository.signers.snapshot = [newSigner()]
  repository.publishRoot()
  repository.publish()
  expect(await device.refresh()).toBe('accepted')
  expect(JSON.parse(device.stored.get('targets')!)).toMatchObject({ signed: { version: 3 } })
})

test('promise 5: a byte changed anywhere is refused, or changes nothing, as by tuf-js', async () => {
  let seed = 20_261_123
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  const outcomes = new Map<string, number>()
  for (let round = 0; round < 80; round++) {
    const repository = new TufRepository()
    const previous = repository.signers.root
    repository.signers.root = [newSigner()]
    repository.publishRoot({}, previous)
    repository.addRelease({ sequence: 1, modelId, version: 1, files: files('one') })
    repository.publish()
    const device = await deviceOf(repository)
    const served = [
      'metadata/2.root.json',
      'metadata/timestamp.json',
      'metadata/2.snapshot.json',
      'metadata/2.targets.json',
    ]
    const path = served[random(served.length)]
    const bytes = Buffer.from(repository.files.get(path)!)
    bytes[random(bytes.length)] ^= 1 << random(7)
    repository.files.set(path, bytes)
    const outcome = await device.refresh()
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    if (outcome === 'accepted') expect(device.ours.currentRelease()).toMatchObject({ modelId, version: 1 })
  }
  expect([...outcomes.keys()]).toContain('signature_invalid')
})

test('promise 5: without a pinned root nothing is trusted', async () => {
  const device = await deviceOf(new TufRepository())
  device.stored.delete('root')
  expect(await device.refreshOurs()).toBe('root_missing')
})

test('promise 5: a release larger than the app allows, or without one of its files, is refused before it is read', async () => {
  const repository = new TufRepository()
  repository.addRelease({ sequence: 1, modelId, version: 1, files: files('one') })
  Object.assign(repository.targets.targets[`models/${modelId}/model.onnx`], { length: 33 * 1024 * 1024 })
  repository.publish()
  const device = await deviceOf(repository)
  expect(await device.refreshOurs()).toBe('too_large')
  delete repository.targets.targets[`models/${modelId}/model.onnx`]
  repository.publish()
  expect(await device.refreshOurs()).toBe('metadata_invalid')
})

test('a server that is not there is not a refusal of the release', async () => {
  const repository = new TufRepository()
  const device = await deviceOf(repository)
  expect(await device.refresh()).toBe('accepted')
  await closers.shift()!()
  expect(await device.refreshOurs()).toBe('unreachable')
})
