import type { z } from 'zod'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import { type ClinicalProtocol, clinicalProtocolSchema } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { ProtocolVersion, publishProtocolBodySchema } from '@spira/shared/protocol/clinicalProtocolApi.ts'
import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { appendChange } from '../fleet/changeFeed.ts'
import type { ServerContext } from '../server/context.ts'

/** The version new encounters are filled in with: the newest published, or the one that came with the server. */
export async function newestProtocol({ db }: ServerContext): Promise<ClinicalProtocol> {
  const row = await db
    .selectFrom('clinicalProtocols')
    .select('body')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? defaultProtocol : clinicalProtocolSchema.parse(row.body)
}

const everyProtocol = async ({ db }: ServerContext): Promise<readonly ClinicalProtocol[]> => [
  ...(await db.selectFrom('clinicalProtocols').select('body').orderBy('version', 'desc').execute()).map(({ body }) =>
    clinicalProtocolSchema.parse(body),
  ),
  defaultProtocol,
]

/** One version; null when there is none. */
export async function protocolOfVersion(db: Kysely<Database>, version: number): Promise<ClinicalProtocol | null> {
  if (version === defaultProtocol.version) return defaultProtocol
  const row = await db.selectFrom('clinicalProtocols').select('body').where('version', '=', version).executeTakeFirst()
  return row === undefined ? null : clinicalProtocolSchema.parse(row.body)
}

/** Every version, the newest first, the one that came with the server last. */
export async function protocolVersions({ db }: ServerContext): Promise<readonly ProtocolVersion[]> {
  const rows = await db
    .selectFrom('clinicalProtocols')
    .select(['version', 'sha256', 'note', 'publishedBy', 'publishedAt'])
    .orderBy('version', 'desc')
    .execute()
  const used = await db
    .selectFrom('encounters')
    .select((expression) => ['protocolVersion', expression.fn.countAll<string>().as('encounters')])
    .groupBy('protocolVersion')
    .execute()
  const encountersOf = new Map(used.map(({ protocolVersion, encounters }) => [protocolVersion, Number(encounters)]))
  return [
    ...rows.map((row) => ({
      ...row,
      publishedAt: row.publishedAt.toISOString(),
      encounters: encountersOf.get(row.version) ?? 0,
    })),
    {
      version: defaultProtocol.version,
      sha256: await hashOf(defaultProtocol),
      note: '',
      publishedBy: null,
      publishedAt: null,
      encounters: encountersOf.get(defaultProtocol.version) ?? 0,
    },
  ]
}

/**
 * Publishes the next version. Devices take it at their next contact; encounters begun before keep theirs.
 *
 * @throws SpiraError `protocol_consent_version` when other words of consent stand under a consent version that was published before: what
 *   somebody agreed to is known by that version alone; `protocol_unchanged` when it says what the newest one says; `protocol_version_taken` when another was
 *   published meanwhile.
 */
export async function publishProtocol(
  context: ServerContext,
  { note, protocol }: z.infer<typeof publishProtocolBodySchema>,
  actor: string,
): Promise<ClinicalProtocol> {
  const newest = await newestProtocol(context)
  const next = { ...protocol, version: newest.version + 1 }
  if (canonicalJson({ ...next, version: newest.version }) === canonicalJson(newest))
    throw new SpiraError('protocol_unchanged', { version: newest.version })
  const { consent } = next
  const saidBefore = (await everyProtocol(context)).find((earlier) => earlier.consent.version === consent.version)
  if (saidBefore !== undefined && canonicalJson(saidBefore.consent) !== canonicalJson(consent))
    throw new SpiraError('protocol_consent_version', { version: saidBefore.version, consent: consent.version })
  const sha256 = await hashOf(next)
  await context.db.transaction().execute(async (trx) => {
    const published = await trx
      .insertInto('clinicalProtocols')
      .values({
        version: next.version,
        body: JSON.stringify(next),
        sha256,
        note,
        publishedBy: actor,
        publishedAt: new Date(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('version')
      .executeTakeFirst()
    if (published === undefined) throw new SpiraError('protocol_version_taken', { version: next.version })
    await appendChange(trx, null, { type: 'protocol.published', version: next.version })
    const subject = `clinical-protocol:${next.version}`
    await appendAudit(trx, { actor, action: 'clinical-protocol.published', subject, details: { sha256, note } })
  })
  return next
}

const hashOf = (protocol: ClinicalProtocol): Promise<string> => sha256Hex(utf8(canonicalJson(protocol)))
