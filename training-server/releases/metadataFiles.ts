import { Metadata, MetadataKind, MetaFile, type Root, type Snapshot, type Targets, type Timestamp } from '@tufjs/models'
import { sql, type Transaction } from 'kysely'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import type { Role } from '@spira/shared/release/metadata.ts'
import { olpcJson } from '@spira/shared/release/olpcJson.ts'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'
import type { Database } from '../db/schema.ts'
import type { TufKey } from './keys/tufKey.ts'

/** The repository's metadata files as rows of tuf_metadata, exact text. */

type Trx = Transaction<Database>
const REPOSITORY_LOCK = ADVISORY_LOCKS.repository

/** Until the transaction ends nobody else writes the repository: versions grow one by one. */
export async function lockRepository(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${REPOSITORY_LOCK})`.execute(trx)
}

/** A consistent repository keeps every version of each file but the timestamp (specification 6.2). */
const fileName = (role: Role, version: number): string =>
  role === 'timestamp' ? 'timestamp.json' : `${version}.${role}.json`

type MetadataJson = Parameters<typeof Metadata.fromJSON>[1]

async function latest<T>(
  trx: Trx,
  role: Role,
  read: (json: MetadataJson) => { readonly signed: T },
): Promise<T | null> {
  const text = await latestText(trx, role)
  return text === null ? null : read(JSON.parse(text) as MetadataJson).signed
}

export const latestRoot = (trx: Trx): Promise<Root | null> =>
  latest(trx, 'root', (json) => Metadata.fromJSON(MetadataKind.Root, json))
export const latestTargets = (trx: Trx): Promise<Targets | null> =>
  latest(trx, 'targets', (json) => Metadata.fromJSON(MetadataKind.Targets, json))
export const latestSnapshot = (trx: Trx): Promise<Snapshot | null> =>
  latest(trx, 'snapshot', (json) => Metadata.fromJSON(MetadataKind.Snapshot, json))
export const latestTimestamp = (trx: Trx): Promise<Timestamp | null> =>
  latest(trx, 'timestamp', (json) => Metadata.fromJSON(MetadataKind.Timestamp, json))

/** Signs and writes the file. @returns how the file above it announces it. */
export async function writeSigned(
  trx: Trx,
  role: Role,
  signed: Root | Targets | Snapshot | Timestamp,
  key: TufKey,
): Promise<MetaFile> {
  const metadata = new Metadata(signed)
  const signature = await key.sign(utf8(olpcJson(signed.toJSON())))
  metadata.signatures[signature.keyID] = signature
  return writeText(trx, role, signed.version, JSON.stringify(metadata.toJSON()))
}

/** Writes a file that was signed elsewhere. @returns how the file above it announces it. */
export async function writeText(trx: Trx, role: Role, version: number, text: string): Promise<MetaFile> {
  const row = { fileName: fileName(role, version), role, version, text, createdAt: new Date() }
  const insert = trx.insertInto('tufMetadata').values(row)
  await (
    role === 'timestamp' ? insert.onConflict((conflict) => conflict.column('fileName').doUpdateSet(row)) : insert
  ).execute()
  const bytes = utf8(text)
  return new MetaFile({ version, length: bytes.length, hashes: { sha256: await sha256Hex(bytes) } })
}

/** The newest file of a role, exact text. */
export async function latestText(trx: Trx, role: Role): Promise<string | null> {
  const row = await trx
    .selectFrom('tufMetadata')
    .select('text')
    .where('role', '=', role)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.text ?? null
}
