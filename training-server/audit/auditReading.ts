import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { appendAudit, type AuditEntry } from './auditLog.ts'

/** A player that seeks and a download that goes on are one reading with what they began; after so long they are another. */
const ONE_READING_MS = 6 * 3_600_000

/**
 * One reading of a file is one entry. What begins with the first byte is a reading; a later part is one too, unless the same actor has an
 * entry for the same subject within the last hours: whoever asks for all but the first byte has read it.
 */
export async function auditReading(
  db: Kysely<Database>,
  entry: AuditEntry,
  reads: 'from-the-start' | 'a-later-part' | 'nothing',
): Promise<void> {
  if (reads === 'nothing') return
  if (reads === 'a-later-part') {
    const before = await db
      .selectFrom('auditLog')
      .select('sequence')
      .where('subject', '=', entry.subject)
      .where('action', '=', entry.action)
      .where('actor', '=', entry.actor)
      .where('at', '>', new Date(Date.now() - ONE_READING_MS))
      .limit(1)
      .executeTakeFirst()
    if (before !== undefined) return
  }
  await db.transaction().execute((trx) => appendAudit(trx, entry))
}
