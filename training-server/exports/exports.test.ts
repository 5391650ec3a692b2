import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect, test, vi } from 'vitest'
import type { DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import { exportLayoutSchema, type ExportPreview, type ExportRow } from '@spira/shared/protocol/exportsApi.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { startWorker } from '../jobs/worker.ts'
import { buildServer } from '../server/app.ts'

/** Every layout is opened by a reader that is not ours, and compared with what the database and the blob store hold. */

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context, { site: 'Santa Casa' })
const researcher = await TestConsole.signIn(app, context, 'researcher')
const worker = await startWorker(context)
const folder = mkdtempSync(join(tmpdir(), 'spira-exports-'))
afterAll(async () => {
  await worker.stop()
  rmSync(folder, { recursive: true, force: true })
})

const visits: ReturnType<TestDevice['visit']>[] = []
for (let seed = 1; seed <= 6; seed += 1) {
  const visit = device.visit({ seed, label: seed % 2 === 0 ? 'present' : 'absent' })
  Object.assign(visit.label, { cause: seed === 2 ? 'J18.9' : '=HYPERLINK("evil")' })
  if (seed === 1) Object.assign(visit.participant, { ageYears: 93 })
  await device.send(visit.events)
  await device.finalise(visit.recording, await device.upload(visit.recording, visit.audio))
  visits.push(visit)
}
const again = await device.fileVisit({ seed: 7, label: 'absent', participant: visits[0]?.participant })
const dataset = (await researcher.post('/dataset-versions', { name: 'six' })).json<DatasetVersion>()

async function made(request: object): Promise<ExportRow> {
  const { id } = (await researcher.post('/exports', { datasetVersionId: dataset.id, ...request })).json<ExportRow>()
  const row = async () => (await researcher.get(`/exports/${id}`)).json<ExportRow>()
  await vi.waitFor(async () => expect((await row()).endedAt).not.toBeNull(), { timeout: 60_000, interval: 200 })
  return row()
}

/** Extracted by Python's zipfile, which checks every CRC, and by sha256sum. */
async function extracted(request: { layout: string }): Promise<string> {
  const row = await made(request)
  expect(row).toMatchObject({ status: 'succeeded', progress: 1, failure: null })
  const zip = (await researcher.get(`/exports/${row.id}/file`)).rawPayload
  expect(createHash('sha256').update(zip).digest('hex')).toBe(row.sha256)
  const into = mkdtempSync(join(folder, `${request.layout}-`))
  const path = join(into, '..', row.fileName)
  writeFileSync(path, zip)
  execFileSync('python3', [
    '-c',
    'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])',
    path,
    into,
  ])
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: into })
  return into
}

const csv = (path: string): Record<string, string>[] =>
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
  )
const refusal = (reply: { json: () => { code: string } }) => reply.json().code
const everyAudio = new Set([...visits, again].map(({ recording }) => recording.sha256))
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Nothing that the ward knows the participant, the place or the day by is in any byte of what leaves. */
async function namesNobody(into: string): Promise<void> {
  const participants = await db.selectFrom('participants').select(['id', 'code']).execute()
  const recordings = await db.selectFrom('recordings').select(['id', 'startedAt']).execute()
  const secrets = [
    ...participants.flatMap(({ id, code }) => [id, code]),
    ...recordings.flatMap(({ id, startedAt }) => [id, startedAt.toISOString().slice(0, 10)]),
    'RN-7',
    'Santa Casa',
  ]
  for (const file of readdirSync(into, { recursive: true, encoding: 'utf8' })) {
    const text = statSync(join(into, file)).isFile() ? readFileSync(join(into, file), 'latin1') : ''
    for (const secret of secrets) expect(`${file} ${text}`.includes(secret), `${secret} in ${file}`).toBe(false)
  }
}

test('plain: a table and the audio byte for byte; ages, dates and free text as the rules say', async () => {
  const into = await extracted({ layout: 'plain' })
  const rows = csv(join(into, 'metadata.csv'))
  expect(rows).toHaveLength(7)
  expect(new Set(rows.map(({ file = '' }) => sha256(readFileSync(join(into, file)))))).toEqual(everyAudio)
  for (const row of rows) {
    const { recording, participant } =
      [...visits, again].find(({ recording: each }) => each.sha256 === row['sha256']) ?? again
    expect(row).toMatchObject({
      task: 'read-sentence',
      label: row['sha256'] === again.recording.sha256 || Number(row['label']) === 0 ? '0' : '1',
      sample_count: String(recording.sampleCount),
      age_years: participant.ageYears === 93 ? '90' : '61',
      site: 'site-01',
    })
    expect(row['recording']).toMatch(/^R[0-9A-F]{12}$/)
    expect(Date.parse(row['recorded_on'] ?? '')).toBeLessThan(Date.parse(recording.startedAt))
  }
  expect(new Set(rows.map(({ participant }) => participant)).size).toBe(6)
  // The code stays; the text that nobody cleared does not.
  expect(new Set(rows.map(({ label_cause: cause }) => cause))).toEqual(new Set(['J18.9', '']))
  await namesNobody(into)
})

test('a text that was cleared leaves, and no spreadsheet takes it for a formula', async () => {
  const into = await extracted({ layout: 'plain', clearedText: ['label_cause'] } as { layout: string })
  const causes = csv(join(into, 'metadata.csv')).map(({ label_cause: cause }) => cause)
  expect(causes).toContain(`'=HYPERLINK("evil")`)
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

test('parquet: DuckDB reads every row, and the audio inside is the audio filed', async () => {
  const into = await extracted({ layout: 'parquet' })
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const path = join(into, 'data/train-00000-of-00001.parquet')
  const reader = await connection.runAndReadAll(
    `select * exclude audio, sha256(audio.bytes) as audio_sha256, audio.path as path from '${path}' order by recording`,
  )
  const rows = reader.getRowObjectsJson()
  expect(rows).toHaveLength(7)
  for (const row of rows)
    expect(row).toMatchObject({
      audio_sha256: row['sha256'],
      path: `${JSON.stringify(row['recording']).slice(1, -1)}.wav`,
    })
  expect(new Set(rows.map((row) => row['sha256']))).toEqual(everyAudio)
  const types = (await connection.runAndReadAll(`describe select * from '${path}'`)).getRowObjectsJson()
  const typeOf = (name: string) => types.find((column) => column['column_name'] === name)?.['column_type']
  expect([typeOf('label'), typeOf('snr_db'), typeOf('site'), typeOf('audio')]).toEqual([
    'INTEGER',
    'INTEGER',
    'VARCHAR',
    'STRUCT(bytes BLOB, path VARCHAR)',
  ])
  connection.closeSync()
  await namesNobody(into)
})

test('webdataset: tar lists the files of each recording under one key', async () => {
  const into = await extracted({ layout: 'webdataset' })
  const names = execFileSync('tar', ['-tf', 'spira-000000.tar'], { cwd: into, encoding: 'utf8' }).trim().split('\n')
  expect(names).toHaveLength(21)
  expect(names.slice(0, 3).map((name) => name.replace(/^R[0-9A-F]{12}/, 'key'))).toEqual([
    'key.json',
    'key.cls',
    'key.wav',
  ])
  execFileSync('tar', ['-xf', 'spira-000000.tar'], { cwd: into })
  for (const name of names.filter((each) => each.endsWith('.wav'))) {
    const { sha256: filed } = JSON.parse(readFileSync(join(into, name.replace('.wav', '.json')), 'utf8')) as {
      sha256: string
    }
    expect(sha256(readFileSync(join(into, name)))).toBe(filed)
  }
  await namesNobody(into)
})

test('bids: participants.tsv, and each recording beside its JSON under its entities', async () => {
  const into = await extracted({ layout: 'bids' })
  const participants = csv(join(into, 'participants.tsv'))
  expect(participants).toHaveLength(6)
  const files = readdirSync(into, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wav'))
  expect(files).toHaveLength(7)
  for (const file of files) {
    expect(file).toMatch(/^(sub-S[0-9A-F]{12})\/(ses-\d\d)\/audio\/\1_\2_task-readsentence_run-\d\d_audio\.wav$/)
    const row = JSON.parse(readFileSync(join(into, file.replace('.wav', '.json')), 'utf8')) as { sha256: string }
    expect(sha256(readFileSync(join(into, file)))).toBe(row.sha256)
  }
  expect(JSON.parse(readFileSync(join(into, 'dataset_description.json'), 'utf8'))).toMatchObject({
    BIDSVersion: '1.10.0',
  })
  await namesNobody(into)
})

test('audiofolder, JSON Lines, SPIRA and REDCap: each row names its file', async () => {
  const folderOf = await extracted({ layout: 'audiofolder' })
  for (const row of csv(join(folderOf, 'train/metadata.csv')))
    expect(sha256(readFileSync(join(folderOf, 'train', row['file_name'] ?? '')))).toBe(row['sha256'])
  const lines = await extracted({ layout: 'json-lines' })
  const rows = readFileSync(join(lines, 'metadata.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)
  expect(rows).toHaveLength(7)
  for (const row of rows) expect(sha256(readFileSync(join(lines, row['file'] ?? '')))).toBe(row['sha256'])
  const spira = await extracted({ layout: 'spira-csv' })
  const classes = csv(join(spira, 'dataset.csv'))
  expect(Object.keys(classes[0] ?? {})).toEqual(['file_path', 'class'])
  expect(classes.map((row) => row['class']).toSorted()).toEqual(['0', '0', '0', '0', '1', '1', '1'])
  const redcap = csv(join(await extracted({ layout: 'redcap-csv' }), 'redcap.csv'))
  expect(redcap.filter((row) => row['redcap_repeat_instrument'] === '')).toHaveLength(6)
  const repeated = redcap.filter((row) => row['redcap_repeat_instrument'] === 'recording')
  expect(repeated).toHaveLength(7)
  expect(repeated.filter((row) => row['redcap_repeat_instance'] === '2')).toHaveLength(1)
  for (const name of Object.keys(redcap[0] ?? {})) expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
  await Promise.all([folderOf, lines, spira].map(namesNobody))
})

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0
test.skipIf(!hasFfmpeg)('flac: ffmpeg decodes the very samples', async () => {
  const into = await extracted({ layout: 'plain', audio: 'flac' } as { layout: string })
  for (const row of csv(join(into, 'metadata.csv'))) {
    const pcm = execFileSync('ffmpeg', ['-v', 'error', '-i', join(into, row['file'] ?? ''), '-f', 's16le', '-'])
    const filed = [...visits, again].find(({ recording }) => recording.sha256 === row['sha256'])
    expect(pcm.equals(filed?.audio.subarray(44) ?? Buffer.alloc(0))).toBe(true)
  }
})

test('features: NumPy files by their published layout, and a table of descriptors', async () => {
  const into = await extracted({ layout: 'features' })
  const program = `
import ast, struct, sys
b = open(sys.argv[1], 'rb').read()
assert b[:8] == b'\\x93NUMPY\\x01\\x00'
n = struct.unpack('<H', b[8:10])[0]
head = ast.literal_eval(b[10:10+n].decode())
assert (10 + n) % 64 == 0 and head['descr'] == '<f4' and not head['fortran_order']
r, c = head['shape']
assert len(b) == 10 + n + 4 * r * c
print(r, c)`
  for (const row of csv(join(into, 'metadata.csv'))) {
    const shape = execFileSync('python3', ['-c', program, join(into, row['file'] ?? '')], { encoding: 'utf8' })
    expect(shape.trim()).toBe('51 40')
  }
  expect(csv(join(into, 'descriptors.csv'))).toHaveLength(7)
})

test('croissant: the required properties of 1.0, every reference resolves, the hashes are those of the files', async () => {
  const row = await made({ layout: 'plain' })
  const document = (await researcher.get(`/exports/${row.id}/croissant`)).json<Record<string, unknown>>()
  expect(document).toMatchObject({
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: 'six',
    license: expect.stringMatching(/^https:/),
    url: expect.stringContaining(dataset.contentHash),
  })
  const distribution = document['distribution'] as Record<string, unknown>[]
  const ids = distribution.map((each) => each['@id'])
  for (const each of distribution) {
    expect(['cr:FileObject', 'cr:FileSet']).toContain(each['@type'])
    expect(each['encodingFormat']).toMatch(/^\w+\/[\w-]+$/)
    if (each['@type'] === 'cr:FileObject') expect(each['sha256']).toMatch(/^[0-9a-f]{64}$/)
    if (each['containedIn'] !== undefined) expect(ids).toContain((each['containedIn'] as { '@id': string })['@id'])
  }
  expect(distribution[0]).toMatchObject({ contentUrl: row.fileName, sha256: row.sha256 })
  const into = await extracted({ layout: 'plain' })
  expect(distribution.find((each) => each['@id'] === 'table')?.['sha256']).toBe(
    sha256(readFileSync(join(into, 'metadata.csv'))),
  )
  const columns = Object.keys(csv(join(into, 'metadata.csv'))[0] ?? {})
  for (const set of document['recordSet'] as {
    field: { source: { fileObject: { '@id': string }; extract: { column: string } } }[]
  }[])
    for (const { source } of set.field) {
      expect(ids).toContain(source.fileObject['@id'])
      expect(columns).toContain(source.extract.column)
    }
})

test('the dry run says exactly what would leave, and nothing leaves', async () => {
  const preview = (
    await researcher.post('/exports/dry-run', { datasetVersionId: dataset.id, layout: 'plain' })
  ).json<ExportPreview>()
  const rows = csv(join(await extracted({ layout: 'plain' }), 'metadata.csv'))
  expect(preview.rows.map(({ recording }) => recording)).toEqual(rows.map(({ recording }) => recording))
  expect(preview).toMatchObject({
    recordings: 7,
    participants: 6,
    audioBytes: [...visits, again].reduce((sum, { audio }) => sum + audio.length, 0),
  })
  expect(preview.smallCells.map(({ participants }) => participants)).toEqual([1])
})

test('a layout that is none, another role, an unknown version, and a cancelled export', async () => {
  expect(refusal(await researcher.post('/exports', { datasetVersionId: dataset.id, layout: 'exe' }))).toBe(
    'invalid_request',
  )
  const annotator = await TestConsole.signIn(app, context, 'annotator')
  expect(refusal(await annotator.post('/exports', { datasetVersionId: dataset.id, layout: 'plain' }))).toBe('forbidden')
  expect(
    refusal(
      await researcher.post('/exports', { datasetVersionId: '019aaaaa-0000-7000-8000-000000000000', layout: 'plain' }),
    ),
  ).toBe('not_found')
  const ended = await made({ layout: 'plain' })
  expect(refusal(await researcher.post(`/exports/${ended.id}/cancel`))).toBe('run_not_cancellable')
  // A server whose worker is away: nobody takes it.
  await worker.stop()
  await context.boss.start()
  const { id } = (
    await researcher.post('/exports', { datasetVersionId: dataset.id, layout: exportLayoutSchema.options[0] })
  ).json<ExportRow>()
  expect((await researcher.post(`/exports/${id}/cancel`)).json()).toMatchObject({ status: 'cancelled' })
  expect(refusal(await researcher.get(`/exports/${id}/file`))).toBe('not_found')
})
