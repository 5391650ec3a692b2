import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Key, Signature, type Root } from '@tufjs/models'
import { fromBase64, sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { ROLES, type Role } from '@spira/shared/release/metadata.ts'
import { olpcJson } from '@spira/shared/release/olpcJson.ts'
import { loadSigningKey } from '../server/serverKeys.ts'

/** A role's Ed25519 key as TUF names it. */
export interface RoleKey {
  readonly key: Key
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Signature>
}
export type RoleKeys = Readonly<Record<Role, RoleKey>>

/** One key a role, each in its own file of the keys folder, mode 0600. */
const fileOf = (folder: string, role: Role): string => join(folder, `tuf-${role}.jwk.json`)

/** Keys of a repository that does not exist yet; made where they are missing. */
export const makeRoleKeys = (folder: string): Promise<RoleKeys> => loadAll(folder)

/**
 * Keys of the repository whose root this is.
 *
 * @throws Error when a file is missing or belongs to another repository: a new key would only lock every device out.
 */
export async function loadRoleKeys(folder: string, root: Root): Promise<RoleKeys> {
  for (const role of ROLES) {
    await access(fileOf(folder, role)).catch((cause: unknown) => {
      throw new Error(`The release key ${fileOf(folder, role)} is missing. Restore the keys folder from its backup.`, {
        cause,
      })
    })
  }
  const keys = await loadAll(folder)
  for (const role of ROLES) {
    if (root.roles[role]?.keyIDs.includes(keys[role].key.keyID)) continue
    throw new Error(
      `The release key ${fileOf(folder, role)} is not the one the devices trust. Restore the keys folder that belongs to this database.`,
    )
  }
  return keys
}

async function loadAll(folder: string): Promise<RoleKeys> {
  const [root, timestamp, snapshot, targets] = await Promise.all([
    load(folder, 'root'),
    load(folder, 'timestamp'),
    load(folder, 'snapshot'),
    load(folder, 'targets'),
  ])
  return { root, timestamp, snapshot, targets }
}

async function load(folder: string, role: Role): Promise<RoleKey> {
  const { publicKey, privateKey } = await loadSigningKey(fileOf(folder, role))
  const keyVal = { public: hex(fromBase64(publicKey.x.replaceAll('-', '+').replaceAll('_', '/'))) }
  const parts = { keyType: 'ed25519', scheme: 'ed25519', keyVal }
  // Specification 4.2: the key id is the SHA-256 of the key's canonical form.
  const keyID = await sha256Hex(utf8(olpcJson({ keytype: parts.keyType, scheme: parts.scheme, keyval: keyVal })))
  return {
    key: new Key({ keyID, ...parts }),
    sign: async (bytes) =>
      new Signature({ keyID, sig: hex(new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, bytes))) }),
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
