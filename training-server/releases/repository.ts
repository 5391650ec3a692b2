import { Root, Snapshot, TargetFile, Targets, Timestamp, type MetaFile } from '@tufjs/models'
import type { Transaction } from 'kysely'
import { ROLES, ROLLOUTS, type Role } from '@spira/shared/release/metadata.ts'
import { RELEASE_FILES, targetPath, type ReleaseFile } from '@spira/shared/release/releaseTarget.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'
import { requestSignature } from './keys/signingRequests.ts'
import type { TufKey } from './keys/tufKey.ts'
import { expiryOf, isNearExpiry } from './lifetimes.ts'
import {
  latestRoot,
  latestSnapshot,
  latestTargets,
  latestTimestamp,
  lockRepository,
  writeSigned,
} from './metadataFiles.ts'
import type { ReleasedModel } from './releasedModels.ts'
import { loadRoleKeys, makeRoleKeys, type RoleKeys } from './roleKeys.ts'
import { beginSigned } from './rollouts/progress.ts'
import { signedRollouts } from './rollouts/signedRollouts.ts'

/**
 * The registry's TUF repository (specification 1.0.33): consistent snapshots, Ed25519. The targets are the files of the releases that
 * devices may be offered; the snapshot says which of them are for whom. Snapshot and timestamp are signed here; root and targets
 * here too until their keys are taken offline, and then by whoever holds them (keys/signingRequests.ts).
 */

type Trx = Transaction<Database>
type KeysFolder = Pick<ServerContext, 'folders'>
export const SPEC_VERSION = '1.0.33'

/** Keys and signed metadata of an empty repository, made the first time the server starts. @returns whether it was now. */
export async function ensureRepository(context: ServerContext, now = new Date()): Promise<'made' | 'there'> {
  return context.db.transaction().execute(async (trx) => {
    await lockRepository(trx)
    if ((await latestRoot(trx)) !== null) return 'there'
    const keys = await makeRoleKeys(context.folders.keys)
    const root = new Root({
      version: 1,
      specVersion: SPEC_VERSION,
      expires: expiryOf('root', now),
      consistentSnapshot: true,
    })
    for (const role of ROLES) root.addKey(keys[role].key, role)
    await writeSigned(trx, 'root', root, keys.root)
    await publishTargets(trx, keys, nextTargets(1, {}, now), 'a new repository', now)
    context.log.info(
      { keys: context.folders.keys },
      'release keys and repository made: keep a backup of the keys folder',
    )
    return 'made'
  })
}

/**
 * Signs what devices may be offered, in the caller's transaction: targets, snapshot and timestamp appear together with what else it
 * writes. Where the targets key is offline it asks its holders for their signatures instead, and nothing changes for the devices.
 */
export async function publishReleases(
  context: KeysFolder,
  trx: Trx,
  releases: readonly ReleasedModel[],
  reason: string,
  now = new Date(),
): Promise<'published' | 'awaiting signatures'> {
  await lockRepository(trx)
  const keys = await loadRoleKeys(context.folders.keys, await rootOf(trx))
  const targets: Record<string, TargetFile> = {}
  for (const { files, sequence, modelId, version, channel } of releases) {
    for (const file of Object.keys(RELEASE_FILES) as ReleaseFile[]) {
      const path = targetPath(modelId, file)
      const { sha256, byteLength } = files[file]
      const unrecognizedFields = file === 'manifest' ? { custom: { sequence, modelId, version, channel } } : {}
      targets[path] = new TargetFile({ path, length: byteLength, hashes: { sha256 }, unrecognizedFields })
    }
  }
  const version = ((await latestTargets(trx))?.version ?? 0) + 1
  return publishTargets(trx, keys, nextTargets(version, targets, now), reason, now)
}

/** Says the rollouts to the devices as they are now: begun, advanced, paused, withdrawn. */
export async function publishRollouts(context: KeysFolder, trx: Trx, now = new Date()): Promise<void> {
  await lockRepository(trx)
  const keys = await loadRoleKeys(context.folders.keys, await rootOf(trx))
  await writeSnapshot(trx, keys, (await latestSnapshot(trx))?.meta ?? {}, now)
}

/**
 * Signs the timestamp anew, and before it whatever else has less than half of its life left. At the server's start and daily. What is
 * signed offline is asked for in time; the console says that it is due.
 *
 * @returns the roles signed, the timestamp last.
 */
export async function refreshTimestamp(context: ServerContext, now = new Date()): Promise<readonly Role[]> {
  return context.db.transaction().execute(async (trx) => {
    await lockRepository(trx)
    const root = await rootOf(trx)
    const keys = await loadRoleKeys(context.folders.keys, root)
    const signed: Role[] = []
    if (keys.root !== null && isNearExpiry('root', root.expires, now)) {
      const { consistentSnapshot, keys: all, roles, unrecognizedFields } = root
      const next = { version: root.version + 1, specVersion: SPEC_VERSION, expires: expiryOf('root', now) }
      await writeSigned(
        trx,
        'root',
        new Root({ ...next, consistentSnapshot, keys: all, roles, unrecognizedFields }),
        keys.root,
      )
      signed.push('root')
    }
    const targets = await latestTargets(trx)
    const snapshot = await latestSnapshot(trx)
    const timestamp = await latestTimestamp(trx)
    if (targets === null || snapshot === null || timestamp === null)
      throw new Error('The release repository is incomplete.')
    if (isNearExpiry('targets', targets.expires, now)) {
      const renewed = nextTargets(targets.version + 1, targets.targets, now)
      const outcome = await publishTargets(trx, keys, renewed, 'the targets expire', now)
      if (outcome === 'published') return [...signed, 'targets', 'snapshot', 'timestamp']
    }
    if (isNearExpiry('snapshot', snapshot.expires, now)) {
      await writeSnapshot(trx, keys, snapshot.meta, now)
      return [...signed, 'snapshot', 'timestamp']
    }
    await writeTimestamp(trx, keys, timestamp.snapshotMeta, now)
    return [...signed, 'timestamp']
  })
}

export async function rootOf(trx: Trx): Promise<Root> {
  const root = await latestRoot(trx)
  if (root === null) throw new Error('There is no release repository yet: ensureRepository comes first.')
  return root
}

export const nextTargets = (version: number, targets: Record<string, TargetFile>, now: Date): Targets =>
  new Targets({ version, specVersion: SPEC_VERSION, expires: expiryOf('targets', now), targets })

async function publishTargets(
  trx: Trx,
  keys: RoleKeys,
  targets: Targets,
  reason: string,
  now: Date,
): Promise<'published' | 'awaiting signatures'> {
  if (keys.targets === null) {
    await requestSignature(trx, 'targets', targets, reason, now)
    return 'awaiting signatures'
  }
  await targetsPublished(trx, keys, targets, await writeSigned(trx, 'targets', targets, keys.targets), now)
  return 'published'
}

/** What follows from signed targets: their rollouts begin, and snapshot and timestamp name them. */
export async function targetsPublished(
  trx: Trx,
  keys: RoleKeys,
  targets: Targets,
  meta: MetaFile,
  now: Date,
): Promise<void> {
  const sequences = Object.values(targets.targets).flatMap(({ custom }) => {
    const sequence: unknown = custom['sequence']
    return typeof sequence === 'number' ? [sequence] : []
  })
  await beginSigned(trx, sequences, now)
  await writeSnapshot(trx, keys, { 'targets.json': meta }, now)
}

export async function writeSnapshot(
  trx: Trx,
  keys: RoleKeys,
  meta: Record<string, MetaFile>,
  now: Date,
): Promise<void> {
  const version = ((await latestSnapshot(trx))?.version ?? 0) + 1
  const rollouts = await signedRollouts(trx)
  const unrecognizedFields = rollouts === null ? {} : { [ROLLOUTS]: rollouts }
  const expires = expiryOf('snapshot', now)
  const next = new Snapshot({ version, specVersion: SPEC_VERSION, expires, meta, unrecognizedFields })
  await writeTimestamp(trx, keys, await writeSigned(trx, 'snapshot', next, online(keys, 'snapshot')), now)
}

async function writeTimestamp(trx: Trx, keys: RoleKeys, snapshotMeta: MetaFile, now: Date): Promise<void> {
  const version = ((await latestTimestamp(trx))?.version ?? 0) + 1
  const next = new Timestamp({ version, specVersion: SPEC_VERSION, expires: expiryOf('timestamp', now), snapshotMeta })
  await writeSigned(trx, 'timestamp', next, online(keys, 'timestamp'))
}

function online(keys: RoleKeys, role: 'snapshot' | 'timestamp'): TufKey {
  const key = keys[role]
  if (key === null) throw new Error(`The root says that the ${role} key is offline; the server cannot work without it.`)
  return key
}
