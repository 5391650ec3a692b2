import { Root, Snapshot, TargetFile, Targets, Timestamp, type MetaFile } from '@tufjs/models'
import type { Transaction } from 'kysely'
import { ROLES, type ReleaseCustom, type Role } from '@spira/shared/release/metadata.ts'
import { RELEASE_FILES, targetPath, type ReleaseFile } from '@spira/shared/release/releaseTarget.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'
import { expiryOf, isNearExpiry } from './lifetimes.ts'
import {
  latestRoot,
  latestSnapshot,
  latestTargets,
  latestTimestamp,
  lockRepository,
  writeSigned,
} from './metadataFiles.ts'
import { loadRoleKeys, makeRoleKeys, type RoleKeys } from './roleKeys.ts'

/**
 * The registry's TUF repository (specification 1.0.33): consistent snapshots, one Ed25519 key a role. The targets are the three
 * files of the newest release (see shared/release/releaseTarget.ts): a device never takes an older one, so older are not offered.
 */

type Trx = Transaction<Database>
type KeysFolder = Pick<ServerContext, 'folders'>
const SPEC_VERSION = '1.0.33'

/** Keys and signed metadata of an empty repository, made the first time the server starts. */
export async function ensureRepository(context: ServerContext, now = new Date()): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    await lockRepository(trx)
    if ((await latestRoot(trx)) !== null) return
    const keys = await makeRoleKeys(context.folders.keys)
    const root = new Root({
      version: 1,
      specVersion: SPEC_VERSION,
      expires: expiryOf('root', now),
      consistentSnapshot: true,
    })
    for (const role of ROLES) root.addKey(keys[role].key, role)
    await writeSigned(trx, 'root', root, keys.root)
    await writeTargets(trx, keys, {}, now)
    context.log.info(
      { keys: context.folders.keys },
      'release keys and repository made: keep a backup of the keys folder',
    )
  })
}

export interface ReleasedModel extends ReleaseCustom {
  readonly files: Readonly<Record<ReleaseFile, { readonly sha256: string; readonly byteLength: number }>>
}

/** Signs the release in the caller's transaction: targets, snapshot and timestamp appear together with what else it writes. */
export async function publishRelease(
  context: KeysFolder,
  trx: Trx,
  release: ReleasedModel,
  now = new Date(),
): Promise<void> {
  await lockRepository(trx)
  const keys = await loadRoleKeys(context.folders.keys, await rootOf(trx))
  const { files, sequence, modelId, version, channel } = release
  const targets: Record<string, TargetFile> = {}
  for (const file of Object.keys(RELEASE_FILES) as ReleaseFile[]) {
    const path = targetPath(modelId, file)
    const { sha256, byteLength } = files[file]
    const unrecognizedFields = file === 'manifest' ? { custom: { sequence, modelId, version, channel } } : {}
    targets[path] = new TargetFile({ path, length: byteLength, hashes: { sha256 }, unrecognizedFields })
  }
  await writeTargets(trx, keys, targets, now)
}

/**
 * Signs the timestamp anew, and before it whatever else has less than half of its life left. At the server's start and daily.
 *
 * @returns the roles signed, the timestamp last.
 */
export async function refreshTimestamp(context: ServerContext, now = new Date()): Promise<readonly Role[]> {
  return context.db.transaction().execute(async (trx) => {
    await lockRepository(trx)
    const root = await rootOf(trx)
    const keys = await loadRoleKeys(context.folders.keys, root)
    const signed: Role[] = []
    if (isNearExpiry('root', root.expires, now)) {
      const { consistentSnapshot, keys: all, roles } = root
      const next = { version: root.version + 1, specVersion: SPEC_VERSION, expires: expiryOf('root', now) }
      await writeSigned(trx, 'root', new Root({ ...next, consistentSnapshot, keys: all, roles }), keys.root)
      signed.push('root')
    }
    const targets = await latestTargets(trx)
    const snapshot = await latestSnapshot(trx)
    const timestamp = await latestTimestamp(trx)
    if (targets === null || snapshot === null || timestamp === null)
      throw new Error('The release repository is incomplete.')
    if (isNearExpiry('targets', targets.expires, now)) {
      await writeTargets(trx, keys, targets.targets, now)
      return [...signed, 'targets', 'snapshot', 'timestamp']
    }
    if (isNearExpiry('snapshot', snapshot.expires, now)) {
      await writeSnapshot(trx, keys, snapshot.meta, now)
      return [...signed, 'snapshot', 'timestamp']
    }
    await writeTimestamp(trx, keys, timestamp.snapshotMeta, now)
    return [...signed, 'timestamp']
  })
}

async function rootOf(trx: Trx): Promise<Root> {
  const root = await latestRoot(trx)
  if (root === null) throw new Error('There is no release repository yet: ensureRepository comes first.')
  return root
}

async function writeTargets(trx: Trx, keys: RoleKeys, targets: Record<string, TargetFile>, now: Date): Promise<void> {
  const version = ((await latestTargets(trx))?.version ?? 0) + 1
  const next = new Targets({ version, specVersion: SPEC_VERSION, expires: expiryOf('targets', now), targets })
  await writeSnapshot(trx, keys, { 'targets.json': await writeSigned(trx, 'targets', next, keys.targets) }, now)
}

async function writeSnapshot(trx: Trx, keys: RoleKeys, meta: Record<string, MetaFile>, now: Date): Promise<void> {
  const version = ((await latestSnapshot(trx))?.version ?? 0) + 1
  const next = new Snapshot({ version, specVersion: SPEC_VERSION, expires: expiryOf('snapshot', now), meta })
  await writeTimestamp(trx, keys, await writeSigned(trx, 'snapshot', next, keys.snapshot), now)
}

async function writeTimestamp(trx: Trx, keys: RoleKeys, snapshotMeta: MetaFile, now: Date): Promise<void> {
  const version = ((await latestTimestamp(trx))?.version ?? 0) + 1
  const next = new Timestamp({ version, specVersion: SPEC_VERSION, expires: expiryOf('timestamp', now), snapshotMeta })
  await writeSigned(trx, 'timestamp', next, keys.timestamp)
}
