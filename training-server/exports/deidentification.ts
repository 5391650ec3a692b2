import { createHmac } from 'node:crypto'
import type { Task } from '@spira/shared/protocol/records.ts'
import type { Cell } from './csv.ts'
import { exportKeys } from './exportKeys.ts'

/**
 * What an export takes away, declared: every export names the version of these rules and lists them. After the "safe harbor"
 * method of 45 CFR 164.514(b)(2), and stricter: sites and devices are numbered too.
 */
export const DEIDENTIFICATION = {
  version: 2,
  rules: [
    'Recordings, participants, sites and devices have names made for this dataset version; none is the one used at the bedside or on the server.',
    'No row carries the hash by which the server files the sound. Sound that leaves as it was filed can still be recognised by whoever holds the same recording.',
    'Dates are shifted by one whole number of days, different for each participant; the days between two visits are right, the year is not.',
    'Ages above 89 are given as 90, which means 90 or older.',
    'Free text is left out unless a person has read and cleared it; codes of the International Classification of Diseases stay.',
    'Spoken consent and ward noise are never exported.',
    'Combinations of sex, age decade and site that fewer than 5 participants share are listed: look before you pass the data on.',
  ],
  oldestAge: 90,
  smallCell: 5,
  maxShiftDays: 365,
} as const

/** Tasks whose sound leaves in no way, not even where a dataset version holds them: a name is spoken, or whoever else is in the ward. */
export const NEVER_EXPORTED: ReadonlySet<string> = new Set(['spoken-consent', 'ambient-noise'] satisfies Task[])

/** A recording of a dataset version as the database holds it. */
export interface FrozenItem {
  readonly recordingId: string
  readonly participantId: string
  readonly siteId: string
  /** null: the recording is here no longer; its device is then known by the name that it had at its site. */
  readonly deviceId: string | null
  readonly task: string
  readonly sha256: string
  readonly label: 0 | 1
  readonly metadata: Readonly<Record<string, Cell>>
}

/** The same as it may leave. */
export interface ExportItem {
  /** Names its files; says nothing of time or person. */
  readonly key: string
  readonly participant: string
  /** Counts the participant's days of recording from 1. */
  readonly visit: number
  /** The server's own id of the recording and name of its sound: to read it and to say which is damaged. Neither leaves. */
  readonly recordingId: string
  readonly sha256: string
  readonly row: Readonly<Record<string, Cell>>
}

export const FREE_TEXT = ['label_cause'] as const
export type FreeText = (typeof FREE_TEXT)[number]

/** Columns that name a place, a thing or a moment as the ward knows it: numbered or shifted, never passed on. */
const RENAMED = ['site', 'device', 'recorded_at'] as const

/** Whether a free text of this recording stays here. */
export const withholdsText = (metadata: FrozenItem['metadata'], cleared: readonly FreeText[]): boolean =>
  FREE_TEXT.some(
    (name) => (metadata[name] ?? null) !== null && permitted(name, metadata[name] ?? null, cleared) === null,
  )

/** A code of the International Classification of Diseases, tenth revision: the one cause that leaves unread. */
export const ICD_CODE = /^[A-Z]\d{2}(\.\d{1,2})?$/

/**
 * @param secret kept by the server: without it no name or number in a row leads back. With it the same version gives the same ones.
 * @param cleared free-text columns that a person has read.
 * @returns the items in the order of their new keys.
 */
export function deidentify(
  items: readonly FrozenItem[],
  { secret, scope, cleared }: { secret: Uint8Array; scope: string; cleared: readonly FreeText[] },
): ExportItem[] {
  const digest = keyedDigest(secret, scope)
  const keyOf = exportKeys(secret, scope)
  const { sites, devices } = placeNumbers(items, digest)
  const days = visitDays(items)
  return items
    .map((item): ExportItem => {
      const { metadata } = item
      const participant = keyOf('S', item.participantId)
      const key = keyOf('R', item.recordingId)
      const recordedAt = metadata['recorded_at']
      const shiftDays = 1 + (digest(`days:${item.participantId}`).readUInt32BE(0) % DEIDENTIFICATION.maxShiftDays)
      const visit = (days.get(item.participantId)?.indexOf(dayOf(recordedAt)) ?? 0) + 1
      const kept = Object.entries(metadata).filter(([name]) => !RENAMED.some((renamed) => renamed === name))
      return {
        key,
        participant,
        visit,
        recordingId: item.recordingId,
        sha256: item.sha256,
        row: {
          recording: key,
          participant,
          visit,
          label: item.label,
          task: item.task,
          site: sites.get(item.siteId) ?? null,
          device: devices.get(deviceOf(item)) ?? null,
          recorded_on: typeof recordedAt === 'string' ? shifted(recordedAt, shiftDays) : null,
          ...Object.fromEntries(kept.map(([name, value]) => [name, permitted(name, value, cleared)])),
        },
      }
    })
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

function permitted(name: string, value: Cell, cleared: readonly FreeText[]): Cell {
  if (name === 'age_years' && typeof value === 'number') return Math.min(value, DEIDENTIFICATION.oldestAge)
  const freeText = FREE_TEXT.find((each) => each === name)
  if (freeText === undefined || typeof value !== 'string' || cleared.includes(freeText)) return value
  return ICD_CODE.test(value) ? value : null
}

type Digest = (text: string) => Buffer
export const keyedDigest =
  (secret: Uint8Array, scope: string): Digest =>
  (text) =>
    createHmac('sha256', secret).update(`${scope}:${text}`).digest()

type Placed = Pick<FrozenItem, 'siteId' | 'deviceId' | 'metadata'>
/** Two wards may call their devices by one name. */
const deviceOf = ({ siteId, deviceId, metadata }: Placed): string =>
  deviceId ?? `${siteId} ${String(metadata['device'] ?? '')}`

/** The numbers of the sites and of the devices among these items, by id. */
export const placeNumbers = (items: readonly Placed[], digest: Digest) => ({
  sites: numbered(
    items.map(({ siteId }) => siteId),
    digest,
    'site-',
  ),
  devices: numbered(items.map(deviceOf), digest, 'device-'),
})

/** Numbers in an order that only the secret knows. */
function numbered(ids: readonly string[], digest: Digest, prefix: string): Map<string, string> {
  const shuffled = [...new Set(ids)]
    .map((id) => ({ id, order: digest(`${prefix}:${id}`).toString('hex') }))
    .toSorted((a, b) => (a.order < b.order ? -1 : 1))
  return new Map(shuffled.map(({ id }, index) => [id, `${prefix}${String(index + 1).padStart(2, '0')}`]))
}

const dayOf = (instant: Cell | undefined): string => String(instant ?? '').slice(0, 10)

/** The days of each participant, in their order. */
function visitDays(items: readonly FrozenItem[]): Map<string, string[]> {
  const days = Map.groupBy(items, ({ participantId }) => participantId)
  return new Map(
    [...days].map(([id, own]) => [
      id,
      [...new Set(own.map(({ metadata }) => dayOf(metadata['recorded_at'])))].toSorted(),
    ]),
  )
}

/** Back in time, as a date alone: the hour of a visit says who was on duty. */
const shifted = (instant: string, days: number): string =>
  new Date(Date.parse(`${instant.slice(0, 10)}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10)

/** Combinations that few participants share, the rarest first. */
export function smallCells(items: readonly ExportItem[]): { cell: string; participants: number }[] {
  const cells = Map.groupBy(items, ({ row }) => {
    const { age_years: age, sex, site } = row
    const decade = typeof age === 'number' ? `${Math.floor(age / 10) * 10}s` : 'age unknown'
    return `${sex ?? 'sex unknown'}, ${decade}, ${site ?? 'site unknown'}`
  })
  return [...cells]
    .map(([cell, own]) => ({ cell, participants: new Set(own.map(({ participant }) => participant)).size }))
    .filter(({ participants }) => participants < DEIDENTIFICATION.smallCell)
    .toSorted((a, b) => a.participants - b.participants)
}
