import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import type { DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import type { ExportLayout, ExportPreview, ExportRow } from '@spira/shared/protocol/exportsApi.ts'
import { TestConsole } from '../../accounts/testConsole.ts'
import { withTestDatabase } from '../../db/testDatabase.ts'
import { TestDevice, testWav } from '../../ingest/testDevice.ts'
import { buildServer } from '../../server/app.ts'
import { executeExport } from '../executeExport.ts'
import { exportKeys } from '../exportKeys.ts'
import { ensureExportQueue } from '../exports.ts'

/** As text, whatever reader gave it. */
const cell = (value: unknown): string | null =>
  value === undefined || value === null || value === '' || value === 'n/a' ? null : textOf(value)
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

export interface Wanted {
  readonly layout: ExportLayout
  readonly audio?: 'wav' | 'flac'
  readonly clearedText?: readonly 'label_cause'[]
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const TYPED = '=HYPERLINK("fell off his boat")'
const day = (number: number): string => `2026-11-${String(number).padStart(2, '0')}T09:30:00.000Z`

/**
 * A dataset version of eight recordings that differ in all that is exported, of seven participants at two sites; one comes back after seven
 * days with another label. Spoken consent and ward noise, which no freeze takes, are put into it past the freeze.
 */
export async function exportedDataset() {
  const { db, context, url } = await withTestDatabase()
  const app = await buildServer(context)
  await context.boss.start()
  await ensureExportQueue(context.boss)
  const here = await TestDevice.enrol(app, context, { site: 'Santa Casa' })
  const there = await TestDevice.enrol(app, context, { site: 'Hospital das Flores' })
  // Two wards call their device by one name.
  await db.updateTable('devices').set({ name: 'cart 1' }).where('id', 'in', [here.id, there.id]).execute()
  const researcher = await TestConsole.signIn(app, context, 'researcher')
  const folder = mkdtempSync(join(tmpdir(), 'spira-exports-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const file = async (
    seed: number,
    more: { participant?: ReturnType<TestDevice['participant']>; task?: string } = {},
  ) => {
    const device = seed % 3 === 0 || more.participant !== undefined ? there : here
    const { participant, task = seed % 2 === 0 ? 'read-sentence' : 'sustained-vowel' } = more
    const audio = testWav(seed, 8000 + 400 * seed)
    const label = seed % 2 === 0 ? ('present' as const) : ('absent' as const)
    const visit = device.visit({ seed, label, audio, ...(participant !== undefined && { participant }) })
    if (participant === undefined)
      Object.assign(visit.participant, {
        ageYears: seed === 1 ? 93 : 40 + seed,
        sex: seed % 2 === 0 ? 'male' : 'female',
      })
    Object.assign(visit.recording, { task, startedAt: day(seed) })
    Object.assign(visit.recording.quality, { snrDb: 20.5 + seed, verdict: seed === 4 ? 'fair' : 'good' })
    Object.assign(visit.label, { cause: seed === 2 ? 'J18.9' : TYPED, establishedBy: seed === 5 ? 'clinical' : 'spo2' })
    const encounter = visit.events.find((event) => event.type === 'encounter.completed')
    const vitals = { spo2Percent: seed === 3 ? undefined : 75 + seed, respiratoryRatePerMin: 12 + seed }
    Object.assign(encounter?.payload ?? {}, {
      startedAt: day(seed),
      completedAt: day(seed),
      vitals: { ...vitals, heartRatePerMin: 70 + seed, measuredAt: day(seed) },
    })
    const { rejected } = await device.send(visit.events)
    if (rejected.length > 0) throw new Error(JSON.stringify(rejected))
    await device.finalise(visit.recording, await device.upload(visit.recording, visit.audio))
    return { ...visit, siteId: device.siteId, deviceId: device.id }
  }
  const visits: Awaited<ReturnType<typeof file>>[] = []
  for (let seed = 1; seed <= 7; seed += 1) visits.push(await file(seed))
  // Seed 3 was there and absent; seed 10 is the same person seven days later, and present.
  const again = await file(10, { participant: visits[2]?.participant })
  const dataset = (await researcher.post('/dataset-versions', { name: 'eight' })).json<DatasetVersion>()
  const neverLeave = [await file(20, { task: 'spoken-consent' }), await file(21, { task: 'ambient-noise' })]
  for (const { recording, siteId } of neverLeave) {
    const { id: recordingId, participantId, task, sha256: filed } = recording
    const metadata = JSON.stringify({ device: 'cart 1', recorded_at: recording.startedAt })
    const item = { datasetVersionId: dataset.id, recordingId, participantId, siteId, task, sha256: filed, metadata }
    await db
      .insertInto('datasetItems')
      .values({ ...item, label: 1 })
      .execute()
  }

  /** What the database holds of each recording that leaves, by the name that it leaves under; joined here, apart from the freeze. */
  const keyOf = exportKeys(context.keys.exports, dataset.id)
  const held = await Promise.all(
    [...visits, again].map(async ({ recording: { id } }) => {
      const recording = await db.selectFrom('recordings').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
      const encounter = await db
        .selectFrom('encounters')
        .selectAll()
        .where('id', '=', recording.encounterId)
        .executeTakeFirstOrThrow()
      const participant = await db
        .selectFrom('participants')
        .selectAll()
        .where('id', '=', recording.participantId)
        .executeTakeFirstOrThrow()
      const label = await db
        .selectFrom('labels')
        .selectAll()
        .where('encounterId', '=', recording.encounterId)
        .executeTakeFirstOrThrow()
      return { recording, encounter, participant, label, key: keyOf('R', id) }
    }),
  )
  const shift = ({ recording, recorded_on: shifted }: Readonly<Record<string, unknown>>): number =>
    (Date.parse(heldOf(recording).recording.startedAt.toISOString().slice(0, 10)) - Date.parse(String(shifted))) /
    86_400_000
  type Held = (typeof held)[number]
  const heldOf = (key: unknown): Held => {
    const found = held.find((each) => each.key === key)
    if (found === undefined) throw new Error(`no recording leaves as ${String(key)}`)
    return found
  }
  const audioOf = (key: unknown): Buffer => {
    const { recording } = heldOf(key)
    return [...visits, again].find((visit) => visit.recording.id === recording.id)?.audio ?? Buffer.alloc(0)
  }

  /** Every cell of every row, whatever reader gave it: a number may be text and nothing may be '', null or 'n/a'. */
  function expectRows(rows: readonly Readonly<Record<string, unknown>>[], { cleared = false } = {}): void {
    expect(rows).toHaveLength(held.length)
    expect(new Set(rows.map((row) => row['recording']))).toEqual(new Set(held.map(({ key }) => key)))
    for (const row of rows) {
      const { recording, encounter, participant, label } = heldOf(row['recording'])
      const { vitals } = encounter
      const cause = label.body.cause ?? null
      const expected = {
        participant: keyOf('S', participant.id),
        visit: recording.id === again.recording.id ? 2 : 1,
        label: label.value === 'present' ? 1 : 0,
        task: recording.task,
        sample_count: recording.sampleCount,
        quality: recording.quality.verdict,
        snr_db: recording.quality.snrDb,
        sex: participant.sex,
        age_years: participant.ageYears === 93 ? 90 : participant.ageYears,
        spo2_percent: vitals.spo2Percent,
        heart_rate_per_min: vitals.heartRatePerMin,
        respiratory_rate_per_min: vitals.respiratoryRatePerMin,
        label_established_by: label.body.establishedBy,
        label_cause: cause === 'J18.9' ? cause : cleared ? `'${cause}` : null,
      }
      for (const [name, value] of Object.entries(expected))
        expect([row['recording'], name, cell(row[name])]).toEqual([row['recording'], name, cell(value)])
    }
    expectNumbered(rows, 'site', ({ encounter }) => encounter.siteId)
    expectNumbered(rows, 'device', ({ recording }) => recording.deviceId)
    // Another day than the ward's, the days between two visits the same.
    for (const row of rows) expect(shift(row)).toBeGreaterThan(0)
    const returned = rows.filter((row) => row['participant'] === keyOf('S', again.participant.id))
    expect(returned.map(shift)).toEqual([shift(returned[0] ?? {}), shift(returned[0] ?? {})])
    for (const row of rows) expect(Object.keys(row)).not.toContain('sha256')
  }

  function expectNumbered(
    rows: readonly Readonly<Record<string, unknown>>[],
    column: string,
    knownAs: (item: Held) => string,
  ): void {
    const pairs = new Set(rows.map((row) => `${String(row[column])} ${knownAs(heldOf(row['recording']))}`))
    expect([...pairs].map((pair) => pair.slice(0, column.length + 3)).toSorted()).toEqual([
      `${column}-01`,
      `${column}-02`,
    ])
  }

  const start = async (wanted: Wanted): Promise<string> =>
    (await researcher.post('/exports', { datasetVersionId: dataset.id, ...wanted })).json<ExportRow>().id
  const rowOf = async (id: string) => (await researcher.get(`/exports/${id}`)).json<ExportRow>()

  /** Written as a worker does, here. */
  async function made(wanted: Wanted): Promise<ExportRow> {
    const id = await start(wanted)
    await executeExport(context, id, new AbortController().signal)
    return rowOf(id)
  }

  const done = new Map<string, Promise<{ into: string; row: ExportRow }>>()
  /** Extracted by Python's zipfile, which checks every CRC, and by sha256sum; names nobody. The same is written once. */
  function extracted(wanted: Wanted): Promise<{ into: string; row: ExportRow }> {
    const known = done.get(JSON.stringify(wanted))
    if (known !== undefined) return known
    const now = extract(wanted)
    done.set(JSON.stringify(wanted), now)
    return now
  }
  async function extract(wanted: Wanted): Promise<{ into: string; row: ExportRow }> {
    const row = await made(wanted)
    expect(row).toMatchObject({ status: 'succeeded', progress: 1, failure: null })
    const zip = (await researcher.get(`/exports/${row.id}/file`)).rawPayload
    expect(sha256(zip)).toBe(row.sha256)
    const into = mkdtempSync(join(folder, `${wanted.layout}-`))
    const path = `${into}.zip`
    writeFileSync(path, zip)
    execFileSync('python3', [
      '-c',
      'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])',
      path,
      into,
    ])
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: into })
    for (const { audio } of neverLeave) expect(zip.includes(audio.subarray(44, 1044))).toBe(false)
    await namesNobody(into, wanted)
    return { into, row }
  }

  /** Nothing that the ward or the server knows the participant, the place, the thing or the day by is in any byte of what leaves. */
  async function namesNobody(into: string, { audio = 'wav', layout, clearedText = [] }: Wanted): Promise<void> {
    const participants = await db.selectFrom('participants').select(['id', 'code']).execute()
    const recordings = await db.selectFrom('recordings').select(['id', 'startedAt', 'sha256']).execute()
    // The shifted day of one may be the day of another.
    const shifted = new Set((await dryRun({ layout: 'plain' })).rows.map((row) => row['recorded_on']))
    const days = recordings.map(({ startedAt }) => startedAt.toISOString().slice(0, 10))
    const secrets = [
      ...participants.flatMap(({ id, code }) => [id, code]),
      ...recordings.map(({ id }) => id),
      ...days.filter((each) => !shifted.has(each)),
      'RN-7',
      'Santa Casa',
      'Hospital das Flores',
      'cart 1',
      there.id,
      here.siteId,
      there.siteId,
      here.id,
      ...(clearedText.length === 0 ? ['fell off his boat'] : []),
    ]
    const filed = recordings.map((recording) => recording.sha256)
    for (const name of readdirSync(into, { recursive: true, encoding: 'utf8' })) {
      const text = statSync(join(into, name)).isFile() ? readFileSync(join(into, name), 'latin1') : ''
      // A WAV leaves as it was filed, and its checksum with it.
      const asFiled = name === 'SHA256SUMS' && audio === 'wav' && !layout.startsWith('features')
      for (const secret of asFiled ? secrets : [...secrets, ...filed])
        expect(`${name} ${text}`.includes(secret), `${secret} in ${name}`).toBe(false)
    }
  }

  const dryRun = async (wanted: Wanted) =>
    (await researcher.post('/exports/dry-run', { datasetVersionId: dataset.id, ...wanted })).json<ExportPreview>()

  return {
    db,
    context,
    url,
    app,
    researcher,
    folder,
    dataset,
    visits,
    again,
    neverLeave,
    heldOf,
    audioOf,
    expectRows,
    start,
    rowOf,
    made,
    extracted,
    dryRun,
  }
}

/** As Python's csv module reads it. */
export const csvRows = (path: string): Record<string, string>[] =>
  JSON.parse(
    execFileSync(
      'python3',
      [
        '-c',
        'import csv,json,sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline=""), delimiter=sys.argv[2]))))',
        path,
        path.endsWith('.tsv') ? '\t' : ',',
      ],
      { encoding: 'utf8' },
    ),
  ) as Record<string, string>[]
