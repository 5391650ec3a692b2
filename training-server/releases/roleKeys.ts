import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Root } from '@tufjs/models'
import { fromBase64 } from '@spira/shared/protocol/bytes.ts'
import { ROLES, type Role } from '@spira/shared/release/metadata.ts'
import { loadSigningKey } from '../server/serverKeys.ts'
import { tufKey, type TufKey } from './keys/tufKey.ts'

/** What signs each role on this server; null where only the holders of its keys do, away from here. */
export type RoleKeys = Readonly<Record<Role, TufKey | null>>

/** One key a role, each in its own file of the keys folder, mode 0600. */
export const onlineKeyFile = (folder: string, role: Role): string => join(folder, `tuf-${role}.jwk.json`)

/** A field of the signed root: the roles whose keys lie on no server. The verifier does not read it; the server does. */
export const OFFLINE_ROLES = 'x-spira-offline'

export function offlineRoles(root: Root): readonly Role[] {
  const named = root.unrecognizedFields[OFFLINE_ROLES]
  return Array.isArray(named) ? ROLES.filter((role) => named.includes(role)) : []
}

/** Keys of a repository that does not exist yet; made where they are missing. */
export async function makeRoleKeys(folder: string): Promise<Readonly<Record<Role, TufKey>>> {
  const [root, timestamp, snapshot, targets] = await Promise.all([
    loadOnlineKey(folder, 'root'),
    loadOnlineKey(folder, 'timestamp'),
    loadOnlineKey(folder, 'snapshot'),
    loadOnlineKey(folder, 'targets'),
  ])
  return { root, timestamp, snapshot, targets }
}

/**
 * Keys of the repository whose root this is.
 *
 * @throws Error when an online key's file is missing or belongs to another repository: a new key would only lock every device out.
 */
export async function loadRoleKeys(folder: string, root: Root): Promise<RoleKeys> {
  const offline = offlineRoles(root)
  const load = (role: Role): Promise<TufKey | null> =>
    offline.includes(role) ? Promise.resolve(null) : loadTrusted(folder, role, root)
  const [rootKey, timestamp, snapshot, targets] = await Promise.all([
    load('root'),
    load('timestamp'),
    load('snapshot'),
    load('targets'),
  ])
  return { root: rootKey, timestamp, snapshot, targets }
}

async function loadTrusted(folder: string, role: Role, root: Root): Promise<TufKey> {
  const trusts = (key: TufKey): boolean => root.roles[role].keyIDs.includes(key.key.keyID)
  const path = onlineKeyFile(folder, role)
  const renewed = onlineKeyFile(renewedFolder(folder), role)
  if (await exists(renewed)) {
    const key = await loadOnlineKey(renewedFolder(folder), role)
    if (trusts(key)) return key
  }
  if (!(await exists(path)))
    throw new Error(`The release key ${path} is missing. Restore the keys folder from its backup.`)
  const key = await loadOnlineKey(folder, role)
  if (trusts(key)) return key
  throw new Error(
    `The release key ${path} is not the one the devices trust. Restore the keys folder that belongs to this database.`,
  )
}

/** Where keys lie that a root to be installed names (keys/offline.ts). */
export const renewedFolder = (folder: string): string => join(folder, 'renewed')

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** The role's key kept in the folder, made the first time. */
export async function loadOnlineKey(folder: string, role: Role): Promise<TufKey> {
  const { publicKey, privateKey } = await loadSigningKey(onlineKeyFile(folder, role))
  return tufKey(fromBase64(publicKey.x.replaceAll('-', '+').replaceAll('_', '/')), privateKey)
}
