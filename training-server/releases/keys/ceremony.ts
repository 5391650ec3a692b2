import { Metadata, MetadataKind, Root, type Key } from '@tufjs/models'
import { utf8 } from '@spira/shared/protocol/bytes.ts'
import { ROLES, type Role } from '@spira/shared/release/metadata.ts'
import { olpcJson } from '@spira/shared/release/olpcJson.ts'
import { expiryOf } from '../lifetimes.ts'
import { OFFLINE_ROLES, offlineRoles } from '../roleKeys.ts'
import type { TufKey } from './tufKey.ts'

/** What the next root changes. Everything not named stays as it is. */
export interface RootChange {
  readonly add: readonly { readonly role: Role; readonly key: Key }[]
  readonly remove: readonly { readonly role: Role; readonly keyId: string }[]
  readonly thresholds: Partial<Record<Role, number>>
  /** Roles whose keys lie on no server, from now on. */
  readonly offline: readonly Role[]
}

/**
 * The root after `current`, unsigned. It must be signed by a threshold of the current root's keys and by a threshold of its own
 * (specification 5.3.4).
 *
 * @throws Error when a role would be left with fewer keys than must sign for it.
 */
export function nextRoot(current: Root, change: RootChange, now: Date): Root {
  const offline = ROLES.filter((role) => offlineRoles(current).includes(role) || change.offline.includes(role))
  const next = new Root({
    version: current.version + 1,
    specVersion: current.specVersion,
    expires: expiryOf('root', now),
    consistentSnapshot: true,
    unrecognizedFields: {
      ...current.unrecognizedFields,
      ...(offline.length > 0 ? { [OFFLINE_ROLES]: [...offline] } : {}),
    },
  })
  for (const role of ROLES) {
    const before = current.roles[role]
    const entry = next.roles[role]
    if (before === undefined || entry === undefined) throw new Error(`The root has no role ${role}.`)
    const removed = new Set(change.remove.filter((one) => one.role === role).map(({ keyId }) => keyId))
    for (const keyId of removed)
      if (!before.keyIDs.includes(keyId)) throw new Error(`${keyId} is no key of the role ${role}.`)
    for (const keyId of before.keyIDs) {
      const key = current.keys[keyId]
      if (key !== undefined && !removed.has(keyId)) next.addKey(key, role)
    }
    for (const added of change.add) if (added.role === role) next.addKey(added.key, role)
    Object.assign(entry, { threshold: change.thresholds[role] ?? before.threshold })
    if (entry.keyIDs.length < entry.threshold)
      throw new Error(
        `The role ${role} would have ${entry.keyIDs.length} keys, and ${entry.threshold} must sign for it.`,
      )
  }
  return next
}

/** Adds the keys' signatures to a metadata file. @returns its text. @throws Error for a file that is none. */
export async function signFile(text: string, keys: readonly TufKey[]): Promise<string> {
  const { metadata } = readFile(text)
  const bytes = utf8(olpcJson(metadata.signed.toJSON()))
  for (const key of keys) metadata.signatures[key.key.keyID] = await key.sign(bytes)
  return JSON.stringify(metadata.toJSON())
}

export interface MetadataFile {
  readonly role: 'root' | 'targets'
  readonly version: number
  readonly expires: string
  readonly signatures: readonly string[]
  /** What a person must see before they sign: one line each. */
  readonly lines: readonly string[]
}

/** What a file to be signed says, for the person who signs it. */
export function describeFile(text: string): MetadataFile {
  const { role, metadata } = readFile(text)
  const { version, expires } = metadata.signed
  const signatures = Object.keys(metadata.signatures)
  const lines =
    metadata.signed instanceof Root
      ? rootLines(metadata.signed)
      : Object.values(metadata.signed.targets).map(
          ({ path, length, hashes }) => `${path}  ${length} bytes  sha256 ${hashes['sha256'] ?? '?'}`,
        )
  return { role, version, expires, signatures, lines }
}

const rootLines = (root: Root): string[] =>
  ROLES.map((role) => {
    const { keyIDs, threshold } = root.roles[role]
    const place = offlineRoles(root).includes(role) ? 'offline' : 'online'
    return `${role.padEnd(9)} ${threshold} of ${keyIDs.length} keys, ${place}: ${keyIDs.map((id) => id.slice(0, 12)).join(', ')}`
  })

function readFile(text: string) {
  try {
    const json = JSON.parse(text) as Parameters<typeof Metadata.fromJSON>[1]
    const { _type: type } = (json as { signed: Record<string, unknown> }).signed
    if (type === 'root') return { role: 'root', metadata: Metadata.fromJSON(MetadataKind.Root, json) } as const
    if (type === 'targets') return { role: 'targets', metadata: Metadata.fromJSON(MetadataKind.Targets, json) } as const
  } catch (cause) {
    throw new Error('This is no TUF metadata file.', { cause })
  }
  throw new Error('Only root and targets files are signed by hand.')
}
