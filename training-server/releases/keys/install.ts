import { Metadata, MetadataKind, type Root } from '@tufjs/models'
import type { Transaction } from 'kysely'
import { utf8 } from '@spira/shared/protocol/bytes.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { ReleaseError } from '@spira/shared/release/errors.ts'
import { parseMetadata, targetsSchema, rootSchema, ROLES } from '@spira/shared/release/metadata.ts'
import { olpcJson } from '@spira/shared/release/olpcJson.ts'
import { verifySignatures } from '@spira/shared/release/signatures.ts'
import { TrustedSet } from '@spira/shared/release/trustedSet.ts'
import { appendAudit } from '../../audit/auditLog.ts'
import type { Database } from '../../db/schema.ts'
import type { ServerContext } from '../../server/context.ts'
import { latestRoot, latestSnapshot, latestTargets, latestText, lockRepository, writeText } from '../metadataFiles.ts'
import { lockModels } from '../../models/registry.ts'
import { targetsPublished, writeSnapshot } from '../repository.ts'
import { loadRoleKeys } from '../roleKeys.ts'

type Trx = Transaction<Database>

/**
 * Takes files that the holders of the keys signed: a next root, the targets, or both at once. They are judged by the verifier that the
 * devices use, against the root the devices have; with the root come new snapshot and timestamp. All or nothing.
 *
 * @throws SpiraError `signature_refused`, saying what is missing.
 */
export async function installSigned(
  context: Pick<ServerContext, 'db' | 'folders'>,
  texts: readonly string[],
  actor: string,
  now = new Date(),
): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    await lockModels(trx)
    await lockRepository(trx)
    try {
      const roots = texts.filter((text) => typeOf(text) === 'root')
      const targets = texts.filter((text) => typeOf(text) === 'targets')
      if (roots.length + targets.length !== texts.length)
        throw new SpiraError('signature_refused', { detail: 'only root and targets files are installed.' })
      for (const text of roots) await installRoot(trx, text, now)
      for (const text of targets) await installTargets(context, trx, text, now)
      if (targets.length === 0) await keepTargets(context, trx, now)
    } catch (error) {
      if (error instanceof ReleaseError)
        throw new SpiraError('signature_refused', { detail: error.message }, { cause: error })
      throw error
    }
    await appendAudit(trx, {
      actor,
      action: 'release-metadata.installed',
      subject: 'repository',
      details: { files: texts.map((text) => String(typeOf(text))) },
    })
  })
}

async function installRoot(trx: Trx, text: string, now: Date): Promise<void> {
  const current = await latestText(trx, 'root')
  if (current === null) throw new SpiraError('signature_refused', { detail: 'there is no repository yet.' })
  const set = await TrustedSet.fromRoot(utf8(current), now)
  await set.addRoot(utf8(text))
  set.finishRoot()
  await writeText(trx, 'root', set.root.version, text)
}

async function installTargets(
  context: Pick<ServerContext, 'folders'>,
  trx: Trx,
  text: string,
  now: Date,
): Promise<void> {
  const bytes = utf8(text)
  const metadata = parseMetadata('targets', targetsSchema, bytes)
  const root = parseMetadata('root', rootSchema, utf8((await latestText(trx, 'root')) ?? ''))
  await verifySignatures('targets', metadata, root.signed)
  await mustBeAskedFor(trx, text, metadata.signed.version)
  if (now.getTime() >= Date.parse(metadata.signed.expires))
    throw new ReleaseError('metadata_expired', { role: 'targets', expires: metadata.signed.expires })
  const { signed } = Metadata.fromJSON(MetadataKind.Targets, JSON.parse(text) as never)
  const keys = await loadRoleKeys(context.folders.keys, await trustedRoot(trx))
  const meta = await writeText(trx, 'targets', signed.version, text)
  await trx
    .updateTable('signingRequests')
    .set({ state: 'installed', endedAt: now })
    .where('role', '=', 'targets')
    .where('state', '=', 'waiting')
    .execute()
  await targetsPublished(trx, keys, signed, meta, now)
}

/** Either what waits for signatures, or what is in force signed anew (a rotation): never targets that nobody here decided. */
async function mustBeAskedFor(trx: Trx, text: string, version: number): Promise<void> {
  const waiting = await trx
    .selectFrom('signingRequests')
    .select('text')
    .where('role', '=', 'targets')
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  const inForce = await latestTargets(trx)
  const isWaiting = waiting !== undefined && canonical(waiting.text) === canonical(text)
  const isRenewed =
    inForce !== null &&
    version === inForce.version + 1 &&
    olpcJson(inForce.toJSON()['targets']) === olpcJson(signedOf(text)['targets'] as never)
  if (!isWaiting && !isRenewed)
    throw new SpiraError('signature_refused', {
      detail: 'these targets are not the ones that wait for signatures. Fetch the request again.',
    })
}

/** Without new targets: the ones in force must still be signed enough by the root that now counts. */
async function keepTargets(context: Pick<ServerContext, 'folders'>, trx: Trx, now: Date): Promise<void> {
  const text = await latestText(trx, 'targets')
  const root = parseMetadata('root', rootSchema, utf8((await latestText(trx, 'root')) ?? ''))
  if (text !== null) await verifySignatures('targets', parseMetadata('targets', targetsSchema, utf8(text)), root.signed)
  const keys = await loadRoleKeys(context.folders.keys, await trustedRoot(trx))
  await writeSnapshot(trx, keys, (await latestSnapshot(trx))?.meta ?? {}, now)
}

async function trustedRoot(trx: Trx): Promise<Root> {
  const root = await latestRoot(trx)
  if (root === null || ROLES.some((role) => root.roles[role] === undefined))
    throw new TypeError('the root is not whole')
  return root
}

const signedOf = (text: string): Record<string, unknown> =>
  (JSON.parse(text) as { signed: Record<string, unknown> }).signed
const canonical = (text: string): string => olpcJson(signedOf(text) as never)

function typeOf(text: string): unknown {
  try {
    return signedOf(text)['_type']
  } catch {
    throw new SpiraError('signature_refused', { detail: 'a file is no TUF metadata.' })
  }
}
