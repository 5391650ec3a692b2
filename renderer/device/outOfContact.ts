import type { DevicePolicy } from '@spira/shared/protocol/devicePolicy.ts'
import type { OutOfContact } from '../bedside/bedside.ts'
import type { MarkRow, SpiraDatabase } from '../store/database.ts'

const DAY_MS = 24 * 3_600_000
/** So many days before, the device begins to say it. */
export const WARN_DAYS = 7
/** It must have said so on so many different days before it erases anything: a clock that jumps, or a drawer, is no time to act. */
export const WARNINGS = 3
/** Two warnings are different ones when so much lies between them. */
const APART_MS = 20 * 3_600_000

/** What the administrator decided, as it lies on the device, and how far it has come. Readable while the device is locked. */
export interface ContactRecord {
  /** Null: this device never erases itself for it. */
  readonly eraseAfterDays: number | null
  /** Epoch milliseconds; null before the first contact. */
  readonly lastContactAt: number | null
  /** So long the app has been running since then, by a clock that nobody sets. */
  readonly runningMs: number
  readonly warnings: number
  readonly warned: { readonly at: number; readonly runningMs: number } | null
}

export type ContactStanding =
  | { readonly status: 'well' }
  | {
      readonly status: 'warn'
      readonly lastContactAt: number
      readonly daysLeft: number
      readonly isNewWarning: boolean
    }
  | { readonly status: 'erase' }

/**
 * Where a device stands with the time it may be without the server: the longer of what the clock says and what the app was running, so
 * that a clock that was set back makes it later and not never.
 */
export function contactStanding(record: ContactRecord, now: number): ContactStanding {
  const { eraseAfterDays, lastContactAt, runningMs, warnings, warned } = record
  if (eraseAfterDays === null || lastContactAt === null) return { status: 'well' }
  const leftMs = eraseAfterDays * DAY_MS - Math.max(now - lastContactAt, runningMs)
  if (leftMs > WARN_DAYS * DAY_MS) return { status: 'well' }
  const isNewWarning = warned === null || Math.max(now - warned.at, runningMs - warned.runningMs) >= APART_MS
  // The last warning has had its day, too.
  if (leftMs <= 0 && warnings >= WARNINGS && isNewWarning) return { status: 'erase' }
  return { status: 'warn', lastContactAt, daysLeft: Math.max(0, Math.ceil(leftMs / DAY_MS)), isNewWarning }
}

/** Keeps what the administrator decided last. */
export async function keepDevicePolicy(db: SpiraDatabase, { eraseAfterDays }: DevicePolicy): Promise<void> {
  if (eraseAfterDays === null) await db.marks.delete('erase-after-days')
  else await db.marks.put({ name: 'erase-after-days', value: eraseAfterDays })
}

/** The server answered, proved who it is, and all it had to tell was carried out: the time without it begins anew. */
export async function keepContact(db: SpiraDatabase, now: number): Promise<void> {
  await db.transaction('rw', db.marks, async () => {
    await db.marks.put({ name: 'last-contact-at', value: now })
    await db.marks.bulkDelete([...WARNED, 'out-of-contact-running-ms'])
  })
}

/** Counts time that the app was running without contact, where an end is set to it. */
export async function countRunning(db: SpiraDatabase, ms: number): Promise<void> {
  await db.transaction('rw', db.marks, async () => {
    if ((await db.marks.get('erase-after-days')) === undefined) return
    const before = (await db.marks.get('out-of-contact-running-ms'))?.value ?? 0
    await db.marks.put({ name: 'out-of-contact-running-ms', value: before + ms })
  })
}

/**
 * Looks where the device stands and notes that it is said now. Called at the start and from then on, locked or not.
 *
 * @returns what to say; `erase` when it is time; null when there is nothing to say.
 */
export async function lookAtContact(db: SpiraDatabase, now: number): Promise<OutOfContact | 'erase' | null> {
  // One look at a time: two windows at once are no two warnings.
  const standing = await db.transaction('rw', db.marks, async () => {
    const record = await readRecord(db)
    const found = contactStanding(record, now)
    // Said by a clock that was wrong: another time it is said anew.
    if (found.status === 'well' && record.warnings > 0) await db.marks.bulkDelete([...WARNED])
    if (found.status === 'warn' && found.isNewWarning)
      await db.marks.bulkPut([
        { name: 'out-of-contact-warnings', value: record.warnings + 1 },
        { name: 'out-of-contact-warned-at', value: now },
        { name: 'out-of-contact-warned-running-ms', value: record.runningMs },
      ])
    return found
  })
  if (standing.status === 'well') return null
  if (standing.status === 'erase') return 'erase'
  const { lastContactAt, daysLeft } = standing
  return { lastContactAt, daysLeft, waiting: await db.outbox.where('state').notEqual('synced').count() }
}

const WARNED = [
  'out-of-contact-warnings',
  'out-of-contact-warned-at',
  'out-of-contact-warned-running-ms',
] as const satisfies readonly MarkRow['name'][]

async function readRecord(db: SpiraDatabase): Promise<ContactRecord> {
  const valueOf = async (name: MarkRow['name']): Promise<number | null> => (await db.marks.get(name))?.value ?? null
  const warnedAt = await valueOf('out-of-contact-warned-at')
  const warnedRunningMs = (await valueOf('out-of-contact-warned-running-ms')) ?? 0
  return {
    eraseAfterDays: await valueOf('erase-after-days'),
    lastContactAt: await valueOf('last-contact-at'),
    runningMs: (await valueOf('out-of-contact-running-ms')) ?? 0,
    warnings: (await valueOf('out-of-contact-warnings')) ?? 0,
    warned: warnedAt === null ? null : { at: warnedAt, runningMs: warnedRunningMs },
  }
}
