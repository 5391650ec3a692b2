import { createHmac, randomInt } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { type Id, newId } from '@spira/shared/protocol/ids.ts'
import type { ImportMapping, ImportReport, ImportRow } from '@spira/shared/protocol/importsApi.ts'
import type { Consent, Label } from '@spira/shared/protocol/records.ts'
import { appendAudit } from '../audit/auditLog.ts'
import { lockBlob } from '../blobs/sweepBlobs.ts'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'
import type { Database } from '../db/schema.ts'
import { toCsv } from '../exports/csv.ts'
import type { ServerContext } from '../server/context.ts'
import { getImport, requireStaged, stagedContent } from './imports.ts'
import { type KnownAlready, type PlannedRecording, planImport } from './plan.ts'
import { removeImportFolder, wavPath } from './staging.ts'

type Trx = Transaction<Database>
type Context = Pick<ServerContext, 'db' | 'blobs' | 'folders' | 'keys'>

/** So many rows are shown; the CSV has all. */
const FINDINGS_SHOWN = 500

/** Says of each row what would come of it; changes nothing. @throws SpiraError not_found, import_not_staged, import_column_unknown */
export async function checkImport(context: Context, id: string, mapping: ImportMapping): Promise<ImportReport> {
  await requireStaged(context, id)
  const { report } = await planOf(context, context.db, id, mapping)
  return { ...report, findings: report.findings.slice(0, FINDINGS_SHOWN) }
}

/** What is wrong with each row, a line each, as CSV: for who corrects the list. @throws SpiraError not_found, import_not_staged, import_column_unknown */
export async function importReportCsv(context: Context, id: string, mapping: ImportMapping): Promise<string> {
  await requireStaged(context, id)
  const { report } = await planOf(context, context.db, id, mapping)
  return toCsv(
    ['row', 'file', 'severity', 'code', 'value'],
    report.findings.flatMap(({ row, file, issues }) => issues.map((issue) => ({ row, file, ...issue }))),
  )
}

/**
 * Files all of an import, or nothing: one transaction, after the audio has its place in the store (what a failure leaves there, nothing
 * refers to, and goes by itself). The names of files and people in the list are forgotten.
 *
 * @param makeId where the ids come from of what is filed, in the order of the list.
 * @throws SpiraError not_found, import_not_staged, import_column_unknown, import_invalid
 */
export async function fileImport(
  context: Context,
  id: string,
  mapping: ImportMapping,
  username: string,
  makeId: () => Id = newId,
): Promise<ImportRow> {
  await context.db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.imports})`.execute(trx)
    await requireStaged({ db: trx }, id)
    const { planned, report } = await planOf(context, trx, id, mapping)
    if (report.errors > 0 || planned.length === 0) throw new SpiraError('import_invalid', { errors: report.errors })
    for (const { file } of planned) {
      await lockBlob(trx, file.audio.hash)
      if (!(await context.blobs.has(file.audio.hash)))
        await context.blobs.file(wavPath(context, id, file.id), file.audio.hash)
    }
    const filing = new Filing({ trx, context, importId: id, mapping, username, makeId })
    for (const [site, ofSite] of grouped(planned, (row) => row.site)) await filing.fileSite(site, ofSite)
    await trx
      .updateTable('imports')
      .set({
        status: 'filed',
        filedAt: new Date(),
        list: null,
        mapping: null,
        recordings: planned.length,
        participants: report.participants,
      })
      .where('id', '=', id)
      .execute()
    await trx.deleteFrom('importFiles').where('importId', '=', id).execute()
    await appendAudit(trx, {
      actor: `account:${username}`,
      action: 'import.filed',
      subject: `import:${id}`,
      details: { recordings: planned.length, participants: report.participants, consent: mapping.consent },
    })
  })
  await removeImportFolder(context, id)
  return getImport(context, id)
}

async function planOf(context: Context, db: ServerContext['db'], id: string, mapping: ImportMapping) {
  const { list, files } = await stagedContent({ db }, id)
  return planImport(
    list,
    mapping,
    files,
    await knownAlready(
      context,
      db,
      files.flatMap(({ audio }) => audio ?? []),
    ),
  )
}

async function knownAlready(
  context: Context,
  db: ServerContext['db'],
  audio: readonly { hash: string }[],
): Promise<KnownAlready> {
  const hashes = audio.map(({ hash }) => hash)
  const filed = await sql<{
    sha256: string
  }>`select sha256 from recordings where sha256 = any(${hashes}::text[])`.execute(db)
  const withdrawn = await db
    .selectFrom('importParticipants')
    .innerJoin('withdrawals', 'withdrawals.participantId', 'importParticipants.participantId')
    .innerJoin('sites', 'sites.id', 'importParticipants.siteId')
    .select(['sites.name', 'sourceKey'])
    .execute()
  const gone = new Set(withdrawn.map(({ name, sourceKey }) => `${sourceKey} ${name}`))
  return {
    audio: new Set(filed.rows.map(({ sha256 }) => sha256)),
    isWithdrawn: (site, participant) => gone.size > 0 && gone.has(`${sourceKeyOf(context, site, participant)} ${site}`),
  }
}

/** By it the same person is found again, and nobody without this server's key can tell who it is. */
const sourceKeyOf = ({ keys }: Pick<ServerContext, 'keys'>, site: string, participant: string): string =>
  createHmac('sha256', keys.exports)
    .update(JSON.stringify(['import', site, participant]))
    .digest('hex')

/** One import on its way into the tables. */
class Filing {
  readonly #trx: Trx
  readonly #context: Context
  readonly #importId: string
  readonly #mapping: ImportMapping
  readonly #username: string
  readonly #makeId: () => Id
  readonly #now = new Date().toISOString()

  constructor(options: {
    readonly trx: Trx
    readonly context: Context
    readonly importId: string
    readonly mapping: ImportMapping
    readonly username: string
    readonly makeId: () => Id
  }) {
    this.#trx = options.trx
    this.#context = options.context
    this.#importId = options.importId
    this.#mapping = options.mapping
    this.#username = options.username
    this.#makeId = options.makeId
  }

  async fileSite(name: string, rows: readonly PlannedRecording[]): Promise<void> {
    const site = await this.#site(name)
    const deviceId = await this.#door(site.id)
    for (const [participant, ofParticipant] of grouped(rows, (row) => row.participant)) {
      const participantId = await this.#participant(site, participant, ofParticipant)
      // A day of a participant is an encounter; without dates all of an import is one.
      for (const [, visit] of grouped(ofParticipant, (row) => row.recordedAt?.slice(0, 10) ?? ''))
        await this.#encounter({ siteId: site.id, deviceId, participantId }, visit)
    }
  }

  async #site(name: string): Promise<{ id: string; name: string }> {
    await this.#trx
      .insertInto('sites')
      .values({ id: this.#makeId(), name, simulated: this.#mapping.simulated, createdAt: this.#now })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
    return this.#trx.selectFrom('sites').select(['id', 'name']).where('name', '=', name).executeTakeFirstOrThrow()
  }

  /** Every recording is of a device; what was imported is of the site's door, which nobody can sign in as. */
  async #door(siteId: string): Promise<string> {
    const door = this.#trx.selectFrom('devices').select('id').where('siteId', '=', siteId).where('imports', '=', true)
    const there = await door.executeTakeFirst()
    if (there !== undefined) return there.id
    const id = this.#makeId()
    await this.#trx
      .insertInto('devices')
      .values({
        id,
        siteId,
        name: 'Import',
        publicKey: '{}',
        appVersion: '-',
        enrolledAt: this.#now,
        lastSeenAt: null,
        clockSkewMs: null,
        modelVersion: null,
        revokedAt: this.#now,
        imports: true,
      })
      .execute()
    return id
  }

  /** The participant who came with an earlier import, or a new one under a pseudonym of ours. */
  async #participant(
    site: { id: string; name: string },
    source: string,
    rows: readonly PlannedRecording[],
  ): Promise<string> {
    const sourceKey = sourceKeyOf(this.#context, site.name, source)
    const before = await this.#trx
      .selectFrom('importParticipants')
      .innerJoin('participants', 'participants.id', 'importParticipants.participantId')
      .select('participants.id')
      .where('sourceKey', '=', sourceKey)
      .executeTakeFirst()
    const id = before?.id ?? this.#makeId()
    const [first] = rows
    if (before === undefined)
      await this.#trx
        .insertInto('participants')
        .values({
          id,
          siteId: site.id,
          code: await this.#freeCode(site.id),
          sex: first?.sex ?? null,
          ageYears: first?.ageYears ?? null,
          registeredAt: this.#now,
        })
        .execute()
    await this.#trx
      .insertInto('importParticipants')
      .values({ importId: this.#importId, participantId: id, siteId: site.id, sourceKey })
      .execute()
    return id
  }

  async #freeCode(siteId: string): Promise<string> {
    for (;;) {
      const digits = Array.from({ length: 5 }, () => PSEUDONYM_DIGITS[randomInt(PSEUDONYM_DIGITS.length)]).join('')
      const code = `P-${digits}`
      const taken = this.#trx.selectFrom('participants').select('id').where('siteId', '=', siteId)
      if ((await taken.where('code', '=', code).executeTakeFirst()) === undefined) return code
    }
  }

  async #encounter(
    { siteId, deviceId, participantId }: { siteId: string; deviceId: string; participantId: string },
    visit: readonly PlannedRecording[],
  ): Promise<void> {
    const encounterId = this.#makeId()
    const at = visit.map(({ recordedAt }) => recordedAt ?? this.#now).toSorted()
    const [startedAt = this.#now] = at
    const completedAt = at.at(-1) ?? this.#now
    const spo2 = visit.find(({ spo2Percent }) => spo2Percent !== null)?.spo2Percent ?? null
    const consent: Consent = { given: true, textVersion: this.#mapping.consent, language: 'en', givenAt: startedAt }
    await this.#trx
      .insertInto('encounters')
      .values({
        id: encounterId,
        participantId,
        siteId,
        deviceId,
        operatorCode: 'import',
        consent: JSON.stringify(consent),
        vitals: JSON.stringify({ ...(spo2 !== null && { spo2Percent: spo2 }), measuredAt: startedAt }),
        protocolVersion: null,
        answers: null,
        startedAt,
        completedAt,
      })
      .execute()
    await this.#trx.insertInto('importEncounters').values({ encounterId, importId: this.#importId }).execute()
    await this.#label(encounterId, visit)
    await this.#trx
      .insertInto('recordings')
      .values(
        visit.map(({ file: { audio }, task, quality, recordedAt }) => ({
          id: this.#makeId(),
          encounterId,
          participantId,
          deviceId,
          task,
          startedAt: recordedAt ?? startedAt,
          sampleCount: audio.sampleCount,
          byteLength: audio.byteLength,
          sha256: audio.hash,
          capture: JSON.stringify({
            source: 'import',
            sampleRateHz: audio.sampleRateHz,
            channelCount: audio.channelCount,
          }),
          quality: JSON.stringify(quality),
          filedAt: this.#now,
        })),
      )
      .execute()
  }

  async #label(encounterId: string, visit: readonly PlannedRecording[]): Promise<void> {
    const value = visit[0]?.label ?? null
    const { label: mapped } = this.#mapping
    if (value === null || mapped === null) return
    const label: Label = {
      id: this.#makeId(),
      encounterId,
      value,
      establishedBy: mapped.establishedBy,
      givenBy: this.#username.slice(0, 40),
      givenAt: this.#now,
    }
    await this.#trx
      .insertInto('labels')
      .values({ id: label.id, encounterId, value, givenAt: this.#now, body: JSON.stringify(label) })
      .execute()
  }
}

/** Crockford's base 32, as at the bedside. */
const PSEUDONYM_DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function grouped<T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group === undefined) groups.set(key(row), [row])
    else group.push(row)
  }
  return groups
}
