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
  readonly warnings: number
  readonly warnedAt: number | null
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

/** Where a device stands with the time it may be without the server. */
export function contactStanding(record: ContactRecord, now: number): ContactStanding {
  const { eraseAfterDays, lastContactAt, warnedAt } = record
  // A contact in the future was written before the clock was set back: it counts as one of now.
  if (eraseAfterDays === null || lastContactAt === null || lastContactAt >= now) return { status: 'well' }
  const eraseAt = lastContactAt + eraseAfterDays * DAY_MS
  if (now < eraseAt - WARN_DAYS * DAY_MS) return { status: 'well' }
  const isFormer = warnedAt !== null && (warnedAt < lastContactAt || warnedAt > now)
  const warnings = isFormer ? 0 : record.warnings
  const isNewWarning = warnedAt === null || isFormer || now - warnedAt >= APART_MS
  // The last warning has had its day, too.
  if (now >= eraseAt && warnings >= WARNINGS && isNewWarning) return { status: 'erase' }
  return { status: 'warn', lastContactAt, daysLeft: Math.max(0, Math.ceil((eraseAt - now) / DAY_MS)), isNewWarning }
}

/** Keeps what the administrator decided last. */
export async function keepDevicePolicy(db: SpiraDatabase, { eraseAfterDays }: DevicePolicy): Promise<void> {
  if (eraseAfterDays === null) await db.marks.delete('erase-after-days')
  else await db.marks.put({ name: 'erase-after-days', value: eraseAfterDays })
}

/**
 * Looks where the device stands and notes that it is said now. Called at the start, locked or not, and hourly.
 *
 * @returns what to say; `erase` when it is time; null when there is nothing to say.
 */
export async function lookAtContact(db: SpiraDatabase, now: number): Promise<OutOfContact | 'erase' | null> {
  const valueOf = async (name: MarkRow['name']): Promise<number | null> => (await db.marks.get(name))?.value ?? null
  const record: ContactRecord = {
    eraseAfterDays: await valueOf('erase-after-days'),
    lastContactAt: await valueOf('last-contact-at'),
    warnings: (await valueOf('out-of-contact-warnings')) ?? 0,
    warnedAt: await valueOf('out-of-contact-warned-at'),
  }
  const standing = contactStanding(record, now)
  if (standing.status === 'well') return null
  if (standing.status === 'erase') return 'erase'
  const { lastContactAt, daysLeft, isNewWarning } = standing
  if (isNewWarning) {
    const { warnedAt } = record
    const before = warnedAt === null || warnedAt < lastContactAt || warnedAt > now ? 0 : record.warnings
    await db.marks.bulkPut([
      { name: 'out-of-contact-warnings', value: before + 1 },
      { name: 'out-of-contact-warned-at', value: now },
    ])
  }
  return { lastContactAt, daysLeft, waiting: await db.outbox.where('state').notEqual('synced').count() }
}
