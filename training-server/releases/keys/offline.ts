import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Metadata, type Root } from '@tufjs/models'
import type { Role } from '@spira/shared/release/metadata.ts'
import type { ServerContext } from '../../server/context.ts'
import { latestTargets } from '../metadataFiles.ts'
import { nextTargets, rootOf } from '../repository.ts'
import { loadOnlineKey, offlineRoles, onlineKeyFile, renewedFolder } from '../roleKeys.ts'
import { nextRoot, signFile, type RootChange } from './ceremony.ts'
import { installSigned } from './install.ts'
import { makeKeyFile } from './keyFile.ts'
import type { TufKey } from './tufKey.ts'

const TAKEN: readonly Role[] = ['root', 'targets']

export interface OfflineRequest {
  /** Where the key files go: best a USB stick that is then taken away. */
  readonly folder: string
  readonly keys: { readonly root: number; readonly targets: number }
  readonly thresholds: { readonly root: number; readonly targets: number }
  /** The passphrase of a key file that is about to be made. */
  readonly passphraseFor: (file: string) => Promise<string>
}

/**
 * The first ceremony: new root and targets keys in passphrase-protected files, a root that trusts only them, the targets signed
 * anew, and the keys that lay on the server gone. Devices follow at their next look.
 *
 * @returns the key files made.
 */
export async function takeOffline(
  context: Pick<ServerContext, 'db' | 'folders'>,
  { folder, keys, thresholds, passphraseFor }: OfflineRequest,
  now = new Date(),
): Promise<readonly string[]> {
  const { current, targets } = await context.db.transaction().execute(async (trx) => ({
    current: await rootOf(trx),
    targets: await latestTargets(trx),
  }))
  if (offlineRoles(current).length > 0) throw new Error('The root and targets keys are offline already.')
  if (targets === null) throw new Error('There is no release repository yet: start the server once.')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const files: string[] = []
  const make = async (role: 'root' | 'targets'): Promise<TufKey[]> => {
    const made: TufKey[] = []
    for (let number = 1; number <= keys[role]; number += 1) {
      const file = join(folder, `${role}-${number}.key.json`)
      made.push(await makeKeyFile(file, await passphraseFor(file)))
      files.push(file)
    }
    return made
  }
  const rootKeys = await make('root')
  const targetsKeys = await make('targets')
  const online = await loadOnlineKey(context.folders.keys, 'root')
  const change: RootChange = {
    add: [
      ...rootKeys.map(({ key }) => ({ role: 'root' as const, key })),
      ...targetsKeys.map(({ key }) => ({ role: 'targets' as const, key })),
    ],
    remove: TAKEN.flatMap((role) => (current.roles[role]?.keyIDs ?? []).map((keyId) => ({ role, keyId }))),
    thresholds,
    offline: TAKEN,
  }
  const root = await signFile(fileOf(nextRoot(current, change, now)), [online, ...rootKeys])
  const renewed = nextTargets(targets.version + 1, targets.targets, now)
  await installSigned(context, [root, await signFile(fileOf(renewed), targetsKeys)], 'command-line', now)
  for (const role of TAKEN) await rm(onlineKeyFile(context.folders.keys, role), { force: true })
  return files
}

/**
 * New snapshot and timestamp keys beside the old ones, and a root that trusts only the new: after the server was compromised, or
 * every few years. Signed and installed like any root; until then nothing changes.
 *
 * @returns the unsigned root.
 */
export async function renewOnline(context: Pick<ServerContext, 'db' | 'folders'>, now = new Date()): Promise<string> {
  const current = await context.db.transaction().execute(rootOf)
  const roles = ['snapshot', 'timestamp'] as const
  const add: { role: Role; key: TufKey['key'] }[] = []
  for (const role of roles) {
    // Where loadRoleKeys finds it as soon as the root names it, and not before.
    const folder = renewedFolder(context.folders.keys)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    add.push({ role, key: (await loadOnlineKey(folder, role)).key })
  }
  const remove = roles.flatMap((role) => (current.roles[role]?.keyIDs ?? []).map((keyId) => ({ role, keyId })))
  return fileOf(nextRoot(current, { add, remove, thresholds: {}, offline: [] }, now))
}

/** The old online keys go, once the root that names the new ones is installed. */
export async function placeRenewed({ db, folders }: Pick<ServerContext, 'db' | 'folders'>): Promise<void> {
  const folder = renewedFolder(folders.keys)
  const root = await db.transaction().execute(rootOf)
  for (const role of ['snapshot', 'timestamp'] as const) {
    const file = onlineKeyFile(folder, role)
    const there = (await readdir(folder).catch((): string[] => [])).includes(basename(file))
    if (!there) continue
    const { key } = await loadOnlineKey(folder, role)
    if (root.roles[role].keyIDs.includes(key.keyID)) await rename(file, onlineKeyFile(folders.keys, role))
  }
}

export const fileOf = (root: Root | ReturnType<typeof nextTargets>): string =>
  JSON.stringify(new Metadata(root).toJSON())
