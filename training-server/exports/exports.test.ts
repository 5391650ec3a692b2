import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test, vi } from 'vitest'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { exportLayoutSchema, type ExportRow } from '@spira/shared/protocol/exportsApi.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withdrawnItems } from '../datasets/withdrawnItems.ts'
import { startWorker } from '../jobs/worker.ts'
import { csvRows, exportedDataset, sha256 } from './testing/exportedDataset.ts'

/**
 * Every layout is opened by a reader that is not ours, and compared row by row and sample by sample with what the database and the blob
 * store hold (testing/exportedDataset.ts).
 */
const given = await exportedDataset()
const { app, context, db, dataset, researcher, audioOf, dryRun, expectRows, extracted, made } = given
const refusal = (reply: { json: () => { code: string } }) => reply.json().code
/** As a CSV says it. */
const inText = (rows: readonly Record<string, unknown>[]) =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value),
      ]),
    ),
  )
const bytesOf = (into: string, ending: string): number =>
  filesIn(into, ending).reduce((sum, name) => sum + statSync(join(into, name)).size, 0)
const tokenFor = async (scopes: readonly string[]) => {
  const reply = await researcher.post('/api-tokens', { name: 'nightly', scopes, days: 7 })
  return { authorization: `Bearer ${reply.json<{ token: string }>().token}` }
}
const filesIn = (into: string, ending: string): string[] =>
  readdirSync(into, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending))

async function duckDb(sql: string): Promise<Record<string, unknown>[]> {
  const connection = await (await DuckDBInstance.create()).connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()
  } finally {
    connection.closeSync()
  }
}

/** The sound beside the rows is what was filed, byte for byte. */
const expectSound = (into: string, rows: readonly Record<string, unknown>[], column = 'file'): void => {
  for (const row of rows)
    expect(sha256(readFileSync(join(into, String(row[column]))))).toBe(sha256(audioOf(row['recording'])))
}

test('plain, audiofolder: the table by Python, every row and every sound', async () => {
  const { into } = await extracted({ layout: 'plain' })
  expectRows(csvRows(join(into, 'metadata.csv')))
  expectSound(into, csvRows(join(into, 'metadata.csv')))
  const { into: folder } = await extracted({ layout: 'audiofolder' })
  expectRows(csvRows(join(folder, 'train/metadata.csv')))
  expectSound(join(folder, 'train'), csvRows(join(folder, 'train/metadata.csv')), 'file_name')
})

test('a text that was cleared leaves, and no spreadsheet takes it for a formula', async () => {
  const { into } = await extracted({ layout: 'plain', clearedText: ['label_cause'] })
  expectRows(csvRows(join(into, 'metadata.csv')), { cleared: true })
})

test('JSON Lines: every row and every sound', async () => {
  const { into } = await extracted({ layout: 'json-lines' })
  const rows = readFileSync(join(into, 'metadata.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expectRows(rows)
  expectSound(into, rows)
})

test('SPIRA CSV: the class stands beside the right file', async () => {
  const { into } = await extracted({ layout: 'spira-csv' })
  const rows = csvRows(join(into, 'dataset.csv'))
  expect(Object.keys(rows[0] ?? {})).toEqual(['file_path', 'class'])
  expect(rows).toHaveLength(8)
  for (const row of rows) {
    const key = /^audio\/(R[0-9A-F]{12})\.wav$/.exec(row['file_path'] ?? '')?.[1]
    expect(row['class']).toBe(given.heldOf(key).label.value === 'present' ? '1' : '0')
    expect(sha256(readFileSync(join(into, row['file_path'] ?? '')))).toBe(sha256(audioOf(key)))
  }
})

test('REDCap: a record a participant with what is theirs, each recording a repeating instance with all else', async () => {
  const { into } = await extracted({ layout: 'redcap-csv' })
  const rows = csvRows(join(into, 'redcap.csv'))
  for (const name of Object.keys(rows[0] ?? {})) expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
  const records = rows.filter((row) => row['redcap_repeat_instrument'] === '')
  expect(new Set(records.map((row) => row['record_id'])).size).toBe(7)
  const repeated = rows.filter((row) => row['redcap_repeat_instrument'] === 'recording')
  expect(repeated.filter((row) => row['redcap_repeat_instance'] === '2')).toHaveLength(1)
  const joined = repeated.map((row) => {
    const record = records.find((each) => each['record_id'] === row['record_id'])
    return { ...row, participant: row['record_id'], sex: record?.['sex'], age_years: record?.['age_years'] }
  })
  expectRows(joined)
  expectSound(into, joined)
})

test('parquet: DuckDB reads every row with its type, and the audio inside is the audio filed', async () => {
  const { into } = await extracted({ layout: 'parquet' })
  const path = join(into, 'data/train-00000-of-00001.parquet')
  const rows = await duckDb(`select * exclude audio, sha256(audio.bytes) as sound, audio.path as path from '${path}'`)
  expectRows(rows)
  for (const row of rows)
    expect([row['sound'], row['path']]).toEqual([sha256(audioOf(row['recording'])), `${String(row['recording'])}.wav`])
  const types = await duckDb(`describe select * from '${path}'`)
  const typeOf = (name: string) => types.find((column) => column['column_name'] === name)?.['column_type']
  expect([typeOf('label'), typeOf('snr_db'), typeOf('site'), typeOf('audio')]).toEqual([
    'INTEGER',
    'DOUBLE',
    'VARCHAR',
    'STRUCT(bytes BLOB, path VARCHAR)',
  ])
})

test('parquet by path: DuckDB reads every row, and the file it names is the audio filed', async () => {
  const { into } = await extracted({ layout: 'parquet-files' })
  const rows = await duckDb(`select * from '${join(into, 'metadata.parquet')}'`)
  expectRows(rows)
  expectSound(into, rows)
})

test('webdataset: tar gives row, class and sound of each recording under one key', async () => {
  const { into } = await extracted({ layout: 'webdataset' })
  const names = execFileSync('tar', ['-tf', 'spira-000000.tar'], { cwd: into, encoding: 'utf8' }).trim().split('\n')
  expect(names.map((name) => name.replace(/^R[0-9A-F]{12}/, ''))).toEqual(
    Array.from({ length: 8 }, () => ['.json', '.cls', '.wav']).flat(),
  )
  execFileSync('tar', ['-xf', 'spira-000000.tar'], { cwd: into })
  const keys = [...new Set(names.map((name) => name.split('.')[0] ?? ''))]
  const rows = keys.map((key) => JSON.parse(readFileSync(join(into, `${key}.json`), 'utf8')) as Record<string, unknown>)
  expect(rows.map((row) => row['recording'])).toEqual(keys)
  expectRows(rows)
  for (const [index, key] of keys.entries()) {
    expect(readFileSync(join(into, `${key}.cls`), 'utf8')).toBe(String(rows[index]?.['label']))
    expect(readFileSync(join(into, `${key}.wav`)).equals(audioOf(key))).toBe(true)
  }
})

test('bids: each recording beside its JSON under its entities; what varies between visits is in the session’s scans', async () => {
  const { into } = await extracted({ layout: 'bids' })
  const rows = filesIn(into, '.wav').map((path): Record<string, unknown> => {
    expect(path).toMatch(
      /^(sub-S[0-9A-F]{12})\/(ses-0[12])\/audio\/\1_\2_task-(readsentence|sustainedvowel)_run-01_audio\.wav$/,
    )
    const row = JSON.parse(readFileSync(join(into, path.replace('.wav', '.json')), 'utf8')) as Record<string, unknown>
    expect(readFileSync(join(into, path)).equals(audioOf(row['recording']))).toBe(true)
    return { ...row, path }
  })
  expectRows(rows)
  const participants = csvRows(join(into, 'participants.tsv'))
  expect(participants).toHaveLength(7)
  for (const { participant_id: id = '', ...columns } of participants) {
    const own = rows.filter((row) => `sub-${String(row['participant'])}` === id)
    const one = (column: string): string => {
      const values = new Set(own.map((row) => String(row[column])))
      return values.size === 1 ? [...values].join() : 'varies'
    }
    expect(columns).toEqual({ age: one('age_years'), sex: one('sex'), site: one('site'), label: one('label') })
  }
  expect(participants.filter(({ label }) => label === 'varies')).toHaveLength(1)
  const scans = filesIn(into, '_scans.tsv').flatMap((path) =>
    csvRows(join(into, path)).map((scan) => ({ ...scan, path: join(path, '..', scan['filename'] ?? '') })),
  )
  expect(scans).toHaveLength(8)
  for (const { path, ...scan } of scans) {
    const row = rows.find((each) => each.path === path)
    expect(scan).toMatchObject({
      label: String(row?.['label']),
      site: row?.['site'],
      recorded_on: row?.['recorded_on'],
    })
  }
  expect(JSON.parse(readFileSync(join(into, 'dataset_description.json'), 'utf8'))).toMatchObject({
    BIDSVersion: '1.10.0',
  })
})

test('features: the rows of both forms, every recording with its frames and descriptors, and no sound', async () => {
  const numpy = await extracted({ layout: 'features' })
  expectRows(csvRows(join(numpy.into, 'metadata.csv')))
  const described = csvRows(join(numpy.into, 'descriptors.csv'))
  const parquet = await extracted({ layout: 'features-parquet' })
  const of = (name: string) => `'${join(parquet.into, name)}'`
  const rows = await duckDb(`select * from ${of('metadata.parquet')}`)
  expectRows(rows)
  const frames = await duckDb(
    `select recording, count(*)::int as frames, min(frame) as first, max(frame) as last from ${of('mfcc.parquet')} group by 1`,
  )
  // A frame every 10 ms, the first at the first sample.
  expect(new Map(frames.map(({ recording, ...each }) => [recording, each]))).toEqual(
    new Map(
      rows.map((row) => {
        const count = 1 + Math.floor(Number(row['sample_count']) / 160)
        return [row['recording'], { frames: count, first: 0, last: count - 1 }]
      }),
    ),
  )
  const again = await duckDb(`select * from ${of('descriptors.parquet')}`)
  expect(inText(again)).toEqual(described)
  for (const { into } of [numpy, parquet]) expect(filesIn(into, '.wav')).toEqual([])
})

const hasSox = spawnSync('sox', ['--version']).status === 0
test.skipIf(!hasSox)('wav: sox opens each and decodes the samples filed, 16 kHz, mono, 16 bits', async () => {
  const { into } = await extracted({ layout: 'plain' })
  for (const row of csvRows(join(into, 'metadata.csv'))) {
    const path = join(into, row['file'] ?? '')
    const said = (flag: string) => execFileSync('sox', ['--i', flag, path], { encoding: 'utf8' }).trim()
    expect(['-r', '-c', '-b', '-s'].map(said)).toEqual(['16000', '1', '16', row['sample_count']])
    const pcm = execFileSync('sox', ['-D', path, '-t', 'raw', '-e', 'signed', '-b', '16', '-'])
    expect(pcm.equals(audioOf(row['recording']).subarray(44))).toBe(true)
  }
})

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0
test.skipIf(!hasFfmpeg)('flac: ffmpeg decodes the very samples, and every row stands', async () => {
  const { into } = await extracted({ layout: 'plain', audio: 'flac' })
  const rows = csvRows(join(into, 'metadata.csv'))
  expectRows(rows)
  for (const row of rows) {
    const pcm = execFileSync('ffmpeg', ['-v', 'error', '-i', join(into, row['file'] ?? ''), '-f', 's16le', '-'])
    expect(pcm.equals(audioOf(row['recording']).subarray(44))).toBe(true)
  }
})

test('the same version gives the same bytes, and a download goes on where it broke off', async () => {
  const [first, second] = [await made({ layout: 'spira-csv' }), await made({ layout: 'spira-csv' })]
  expect(second.sha256).toBe(first.sha256)
  const file = (headers: Record<string, string>) => researcher.request('GET', `/exports/${first.id}/file`, { headers })
  const whole = (await file({})).rawPayload
  const rest = await file({ range: 'bytes=1000-', 'if-range': `"${first.sha256}"` })
  expect([rest.statusCode, rest.headers['content-range']]).toEqual([
    206,
    `bytes 1000-${whole.length - 1}/${whole.length}`,
  ])
  expect(Buffer.concat([whole.subarray(0, 1000), rest.rawPayload]).equals(whole)).toBe(true)
  // Of another file it starts anew.
  expect((await file({ range: 'bytes=1000-', 'if-range': '"other"' })).statusCode).toBe(200)
  const checksum = await researcher.get(`/exports/${first.id}/checksum`)
  expect(checksum.body).toBe(`${first.sha256}  ${first.fileName}\n`)
  const audit = await db.selectFrom('auditLog').select('action').where('subject', '=', `export:${first.id}`).execute()
  expect(audit.map(({ action }) => action)).toEqual([
    'export.requested',
    'export.made',
    'export.downloaded',
    'export.downloaded',
  ])
})

test('promise 8: whoever leaves out the first byte of a download is among those who must delete, once', async () => {
  const { row } = await extracted({ layout: 'plain' })
  const other = await TestConsole.signIn(app, context, 'researcher')
  for (const range of ['bytes=1-', 'bytes=500-'])
    expect((await other.request('GET', `/exports/${row.id}/file`, { headers: { range } })).statusCode).toBe(206)
  const { exports } = await withdrawnItems(context, dataset.id)
  expect(exports.filter(({ by }) => by === `account:${other.username}`)).toHaveLength(1)
})

test('promise 9: spoken consent and ward noise leave neither in an archive nor by a program; a person hears them', async () => {
  const headers = await tokenFor(['read', 'export'])
  const byProgram = (id: string) => app.inject({ url: `${CONSOLE_API}/recordings/${id}/audio`, headers })
  for (const { recording } of given.neverLeave) {
    expect(refusal(await byProgram(recording.id))).toBe('never_exported')
    expect((await researcher.get(`/recordings/${recording.id}/audio`)).statusCode).toBe(200)
  }
  expect((await byProgram(given.again.recording.id)).rawPayload.equals(given.again.audio)).toBe(true)
})

test('by a program: a token with its scope starts an export, watches a worker write it, and downloads it', async () => {
  const [reader, exporter] = [await tokenFor(['read']), await tokenFor(['read', 'export'])]
  const payload = { datasetVersionId: dataset.id, layout: 'spira-csv' }
  const start = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: `${CONSOLE_API}/exports`, headers, payload })
  const get = (path: string) => app.inject({ url: CONSOLE_API + path, headers: exporter })
  expect(refusal(await start(reader))).toBe('forbidden')
  const worker = await startWorker(context)
  try {
    const { id } = (await start(exporter)).json<ExportRow>()
    const row = async () => (await get(`/exports/${id}`)).json<ExportRow>()
    await vi.waitFor(async () => expect((await row()).endedAt).not.toBeNull(), { timeout: 60_000, interval: 100 })
    const { status, sha256: sum, fileName } = await row()
    expect(status).toBe('succeeded')
    expect(sha256((await get(`/exports/${id}/file`)).rawPayload)).toBe(sum)
    expect((await get(`/exports/${id}/checksum`)).body).toBe(`${sum}  ${fileName}\n`)
    const audit = await db
      .selectFrom('auditLog')
      .select(['actor', 'action'])
      .where('subject', '=', `export:${id}`)
      .execute()
    expect(new Set(audit.map(({ actor }) => actor))).toEqual(new Set([`account:${researcher.username}`]))
    expect(audit.map(({ action }) => action)).toEqual(['export.requested', 'export.made', 'export.downloaded'])
  } finally {
    await worker.stop()
    await context.boss.start()
  }
})

test.each(['plain', 'audiofolder', 'spira-csv', 'redcap-csv', 'features'] as const)(
  'the dry run of %s shows the rows as the archive then holds them',
  async (layout) => {
    const path = {
      plain: 'metadata.csv',
      audiofolder: 'train/metadata.csv',
      'spira-csv': 'dataset.csv',
      'redcap-csv': 'redcap.csv',
      features: 'metadata.csv',
    }[layout]
    const { into } = await extracted({ layout })
    const { columns, rows, tableRows } = await dryRun({ layout })
    const left = csvRows(join(into, path))
    expect(columns).toEqual(Object.keys(left[0] ?? {}))
    expect([tableRows, rows.length]).toEqual([left.length, left.length])
    expect(rows.map((row) => columns.map((name) => String(row[name] ?? '')))).toEqual(
      left.map((row) => columns.map((name) => row[name])),
    )
  },
)

test('the dry run counts what leaves, in bytes of its form, and what stays here', async () => {
  const wav = await dryRun({ layout: 'plain' })
  expect(wav).toMatchObject({
    recordings: 8,
    participants: 7,
    // Seed 2 has a code, which is no free text.
    withheld: { neverExported: 2, freeText: 7 },
    size: { of: 'wav', measure: 'exact', bytes: bytesOf((await extracted({ layout: 'plain' })).into, '.wav') },
  })
  expect((await dryRun({ layout: 'plain', clearedText: ['label_cause'] })).withheld.freeText).toBe(0)
  const features = await extracted({ layout: 'features' })
  const matrices = bytesOf(join(features.into, 'mfcc'), '.npy')
  expect((await dryRun({ layout: 'features' })).size).toEqual({ of: 'mfcc', measure: 'exact', bytes: matrices })
  const flac = await dryRun({ layout: 'plain', audio: 'flac' })
  const written = bytesOf((await extracted({ layout: 'plain', audio: 'flac' })).into, '.flac')
  expect(flac.size).toMatchObject({ of: 'flac', measure: 'at-most' })
  expect(flac.size.bytes).toBeGreaterThanOrEqual(written)
  // Nobody is hidden by four others.
  expect(wav.smallCells.reduce((sum, { participants }) => sum + participants, 0)).toBe(7)
  const readme = readFileSync(join((await extracted({ layout: 'plain' })).into, 'README.md'), 'utf8')
  for (const { cell, participants } of wav.smallCells) expect(readme).toContain(`- ${cell}: ${participants}\n`)
  expect(await db.selectFrom('exports').select('id').where('status', '=', 'queued').execute()).toEqual([])
})

test('a layout that is none, another role, an unknown version, and one that has ended', async () => {
  expect(refusal(await researcher.post('/exports', { datasetVersionId: dataset.id, layout: 'exe' }))).toBe(
    'invalid_request',
  )
  const annotator = await TestConsole.signIn(app, context, 'annotator')
  expect(refusal(await annotator.post('/exports', { datasetVersionId: dataset.id, layout: 'plain' }))).toBe('forbidden')
  const unknown = { datasetVersionId: '019aaaaa-0000-7000-8000-000000000000', layout: exportLayoutSchema.options[0] }
  expect(refusal(await researcher.post('/exports', unknown))).toBe('not_found')
  const { row } = await extracted({ layout: 'plain' })
  expect(refusal(await researcher.post(`/exports/${row.id}/cancel`))).toBe('run_not_cancellable')
})
