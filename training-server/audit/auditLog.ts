import { createHash } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import { canonicalJson, type Json } from '@spira/shared/protocol/canonicalJson.ts'
import type { Database } from '../db/schema.ts'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'

const NOTHING_BEFORE = '0'.repeat(64)

export interface AuditEntry {
  /** `account:<username>`, `device:<id>`, `command-line:<the operating system's user>` or `server`. Never a participant's or a person's name. */
  readonly actor: string
  /** Past tense with its capability, for example `dataset.frozen`. */
  readonly action: string
  /** What it was done to, for example `dataset-version:<id>`. */
  readonly subject: string
  readonly details?: Readonly<Record<string, Json>>
}

/**
 * Adds to the hash chain within the caller's transaction: what is done and that it was done are committed together.
 * Writers queue for the end of the chain until they commit, so call it last. The transaction must be READ COMMITTED (the
 * default): under an older snapshot the end of the chain would not be seen, and the primary key would refuse the entry.
 */
export async function appendAudit(trx: Transaction<Database>, entry: AuditEntry): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.auditChain})`.execute(trx)
  const last = await trx
    .selectFrom('auditLog')
    .select(['sequence', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  const row = {
    sequence: (last?.sequence ?? 0) + 1,
    at: new Date(),
    actor: entry.actor,
    action: entry.action,
    subject: entry.subject,
    details: entry.details ?? {},
  }
  const previousHash = last?.hash ?? NOTHING_BEFORE
  const hash = linkHash(previousHash, row)
  await trx
    .insertInto('auditLog')
    .values({ ...row, details: JSON.stringify(row.details), previousHash, hash })
    .execute()
}

export interface ChainReport {
  readonly entries: number
  /** The end of the chain. Keep it elsewhere: only that shows that the newest entries were cut off. */
  readonly head: string
  /** The first entry that does not follow from the one before; null when all do. */
  readonly brokenAt: number | null
}

/** Recomputes every link. */
export async function verifyAuditChain(db: Kysely<Database>): Promise<ChainReport> {
  let head = NOTHING_BEFORE
  let entries = 0
  for (;;) {
    const page = await db
      .selectFrom('auditLog')
      .selectAll()
      .where('sequence', '>', entries)
      .orderBy('sequence')
      .limit(1000)
      .execute()
    for (const row of page) {
      const follows = row.sequence === entries + 1 && row.previousHash === head && row.hash === linkHash(head, row)
      if (!follows) return { entries, head, brokenAt: row.sequence }
      entries += 1
      head = row.hash
    }
    if (page.length === 0) return { entries, head, brokenAt: null }
  }
}

function linkHash(
  previousHash: string,
  row: { sequence: number; at: Date; actor: string; action: string; subject: string; details: Record<string, unknown> },
): string {
  const { sequence, at, actor, action, subject } = row
  const details = row.details as Record<string, Json>
  const text = canonicalJson({ sequence, at: at.toISOString(), actor, action, subject, details })
  return createHash('sha256').update(previousHash).update(text).digest('hex')
}
