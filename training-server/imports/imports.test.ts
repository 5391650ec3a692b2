import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  type ImportDetail,
  type ImportMapping,
  type ImportReport,
  IMPORT_LIMITS,
} from '@spira/shared/protocol/importsApi.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { testWav } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { keepHouse } from '../server/housekeeping.ts'
import { importFolder, stagingFolder } from './staging.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const researcher = await TestConsole.signIn(app, context, 'researcher')
const fixture = (kind: string): Promise<Buffer> => readFile(join(import.meta.dirname, 'fixtures', `tone.${kind}`))

/** Swells and falls as a voice does, with harmonics: good enough for a dataset. */
function voice(seed: number): Buffer {
  const wav = testWav(0, 64_000)
  for (let at = 0; at < 64_000; at += 1) {
    const phase = (2 * Math.PI * (120 + 10 * seed) * at) / 16_000
    const swell = Math.max(0, Math.sin((2 * Math.PI * at) / 20_000)) ** 0.5
    const noise = (Math.imul(at + seed, 2_654_435_761) >> 24) / 128
    wav.writeInt16LE(Math.round(swell * 7000 * (Math.sin(phase) + 0.5 * Math.sin(3 * phase)) + 20 * noise), 44 + 2 * at)
  }
  return wav
}

const begin = async (): Promise<string> =>
  (await researcher.post('/imports', { name: 'Second hospital' })).json<{ id: string }>().id
const bring = (id: string, path: string, payload: Buffer | string) =>
  researcher.request('POST', `/imports/${id}/files?path=${encodeURIComponent(path)}`, {
    payload,
    headers: { 'content-type': 'application/octet-stream' },
  })
const detail = async (id: string) => (await researcher.get(`/imports/${id}`)).json<ImportDetail>()
const check = async (id: string, mapping: ImportMapping) =>
  (await researcher.post(`/imports/${id}/check`, mapping)).json<ImportReport>()
const file = (id: string, mapping: ImportMapping) => researcher.post(`/imports/${id}/file`, mapping)

const MAPPING: ImportMapping = {
  file: 'file',
  participant: 'who',
  site: { column: 'site' },
  simulated: false,
  task: {
    column: 'task',
    meanings: [
      { word: 'Satz', meaning: 'read-sentence' },
      { word: 'a', meaning: 'sustained-vowel' },
    ],
  },
  label: {
    column: 'class',
    meanings: [
      { word: '1', meaning: 'present' },
      { word: '0', meaning: 'absent' },
    ],
    establishedBy: 'clinical',
  },
  age: 'age',
  sex: 'sex',
  spo2: null,
  recordedAt: 'date',
  consent: 'CAAE 1234',
}
const HEAD = 'file;who;site;task;class;age;sex;date\n'
const countOf = async (table: 'participants' | 'encounters' | 'recordings' | 'labels' | 'sites' | 'devices') =>
  Number(
    (
      await db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  )
const counts = async () => {
  return {
    participants: await countOf('participants'),
    encounters: await countOf('encounters'),
    recordings: await countOf('recordings'),
    labels: await countOf('labels'),
    sites: await countOf('sites'),
    devices: await countOf('devices'),
  }
}

test('promise 2: FLAC, MP3, Ogg and WAV with a list are filed whole, found in the explorer, and taken out again whole', async () => {
  const before = await counts()
  const id = await begin()
  for (const kind of ['flac', 'mp3', 'ogg', 'opus'])
    expect((await bring(id, `audio/a.${kind}`, await fixture(kind))).statusCode).toBe(204)
  await bring(id, 'audio/b.wav', testWav(4, 48_000))
  await bring(id, 'audio/left out.wav', testWav(9, 48_000))
  const list = `\uFEFF${HEAD}audio/a.flac;Maria Silva;North;Satz;1;61;F;2024-05-01\na.mp3;Maria Silva;North;a;1;61;F;2024-05-01\na.ogg;Maria Silva;North;Satz;1;61;F;2024-06-02\na.opus;2;South;Satz;0;45,5;Masculino;2024-05-03 10:30\n"b.wav";3;South;Satz;;;;\n`
  await bring(id, 'list.csv', list)
  const { columns, rows, files, hasList } = await detail(id)
  expect({ rows, hasList, files: files.map(({ audio }) => audio?.format) }).toEqual({
    rows: 5,
    hasList: true,
    files: ['flac', 'mp3', 'ogg-vorbis', 'ogg-opus', 'wav', 'wav'],
  })
  expect(columns.find(({ name }) => name === 'task')?.words).toEqual(['Satz', 'a'])
  const report = await check(id, MAPPING)
  expect(report).toMatchObject({ rows: 5, participants: 3, sites: ['North', 'South'], errors: 0, unused: 1 })
  expect(await counts(), 'nothing is filed by looking').toEqual(before)

  const filed = await file(id, MAPPING)
  expect(filed.json()).toMatchObject({ status: 'filed', recordings: 5, participants: 3 })
  const after = await counts()
  // Two sites and their doors; two days of one person are two encounters.
  expect(after).toEqual({
    participants: before.participants + 3,
    encounters: before.encounters + 4,
    recordings: before.recordings + 5,
    labels: before.labels + 3,
    sites: before.sites + 2,
    devices: before.devices + 2,
  })
  const index = await db.selectFrom('recordingIndex').selectAll().where('site', 'in', ['North', 'South']).execute()
  expect(index.map((row) => [row.sex, row.ageYears, row.label, row.task, row.filed])).toEqual(
    expect.arrayContaining([
      ['female', 61, 'present', 'read-sentence', true],
      ['female', 61, 'present', 'sustained-vowel', true],
      ['male', 45, 'absent', 'read-sentence', true],
      [null, null, null, 'read-sentence', true],
    ]),
  )
  for (const { recordingId } of index) {
    const audio = await researcher.get(`/recordings/${recordingId}/audio`)
    expect(audio.rawPayload.subarray(0, 4).toString('latin1')).toBe('RIFF')
  }
  expect((await researcher.get('/devices')).statusCode).toBe(403)
  // What the list called people and files is forgotten.
  const kept = JSON.stringify([
    await db.selectFrom('imports').selectAll().execute(),
    await db.selectFrom('importFiles').selectAll().execute(),
    await db.selectFrom('importParticipants').selectAll().execute(),
    await db.selectFrom('auditLog').selectAll().execute(),
    await db.selectFrom('recordings').selectAll().execute(),
  ])
  expect(kept).not.toContain('Silva')
  expect(kept).not.toContain('a.flac')

  // The same audio again is refused, and the same person is found again.
  const second = await begin()
  await bring(second, 'a.mp3', await fixture('mp3'))
  await bring(second, 'new.wav', testWav(11, 48_000))
  await bring(second, 'l.csv', `${HEAD}a.mp3;Maria Silva;North;a;1;61;F;\n`)
  expect((await check(second, MAPPING)).findings).toMatchObject([
    { row: 1, issues: [{ code: 'audio-filed' }, { severity: 'warning' }] },
  ])
  await bring(second, 'l.csv', `${HEAD}new.wav;Maria Silva;North;a;1;61;F;\n`)
  expect((await file(second, MAPPING)).statusCode).toBe(200)
  expect((await counts()).participants).toBe(after.participants)

  expect((await researcher.post(`/imports/${id}/undo`)).json()).toMatchObject({ status: 'undone' })
  expect((await counts()).participants, 'who came with the second stays').toBe(before.participants + 1)
  expect((await researcher.post(`/imports/${second}/undo`)).statusCode).toBe(200)
  expect(await counts()).toMatchObject({
    participants: before.participants,
    encounters: before.encounters,
    recordings: before.recordings,
    labels: before.labels,
  })
  for (const { sha256 } of await db.selectFrom('recordings').select('sha256').execute())
    expect(await context.blobs.has(sha256)).toBe(true)
  expect(await readdir(stagingFolder(context))).toEqual([])
})

test('every row that cannot be filed says why, and then nothing is', async () => {
  const id = await begin()
  await bring(id, 'good.wav', testWav(21, 48_000))
  await bring(id, 'twin.wav', testWav(21, 48_000))
  await bring(id, 'broken.flac', (await fixture('flac')).subarray(0, 9000))
  const rows = [
    'good.wav;1;North;Satz;1;61;F;2024-05-01',
    'absent.wav;1;North;Satz;1;61;F;2024-05-01',
    'broken.flac;2;North;Satz;0;61;F;2024-05-01',
    'twin.wav;2;North;Satz;0;61;F;2024-05-01',
    'good.wav;1;North;Satz;1;61;F;2024-05-01',
    'good.wav;;North;song;maybe;200;?;2024-02-31',
    'good.wav;1;North;Satz;0;7;M;2024-05-01',
    'good.wav;4;=cmd|calc;Satz;1;61;F;2024-05-01',
    'short row',
  ]
  await bring(id, 'list.csv', HEAD + rows.join('\n'))
  const before = await counts()
  const { findings, errors, warnings } = await check(id, MAPPING)
  const found = findings.map(({ row, issues }) => [row, issues.map(({ code }) => code)])
  expect(found).toEqual([
    [2, ['file-missing']],
    [3, ['file-unreadable']],
    [4, ['audio-repeated']],
    [5, ['file-repeated']],
    [
      6,
      [
        'participant-empty',
        'task-unknown',
        'label-unknown',
        'age-invalid',
        'sex-unknown',
        'date-invalid',
        'file-repeated',
      ],
    ],
    [7, ['file-repeated', 'participant-contradicts', 'label-contradicts']],
    [8, ['site-invalid', 'file-repeated']],
    [9, ['participant-empty', 'site-invalid', 'task-unknown', 'file-missing']],
  ])
  expect(errors).toBeGreaterThan(10)
  expect(warnings).toBe(1)
  const refused = await file(id, MAPPING)
  expect(refused.json()).toMatchObject({ code: 'import_invalid' })
  expect(await counts()).toEqual(before)
  expect((await file(id, { ...MAPPING, age: 'no such' })).json()).toMatchObject({ code: 'import_column_unknown' })
  expect((await researcher.request('DELETE', `/imports/${id}`)).statusCode).toBe(204)
  expect((await researcher.get(`/imports/${id}`)).statusCode).toBe(404)
})

test('a folder without a list speaks for itself', async () => {
  const id = await begin()
  await bring(id, 'set/patients/p1.wav', testWav(31, 48_000))
  await bring(id, 'set/controls/c1.wav', testWav(32, 48_000))
  const { guess, columns } = await detail(id)
  expect(columns.map(({ name }) => name)).toEqual(['file', 'folder', 'name'])
  expect(guess).toMatchObject({ file: 'file', participant: 'name', label: { column: 'folder' }, age: null })
  const mapping = { ...MAPPING, ...guess, site: { name: 'Folder site' }, consent: 'x' } as ImportMapping
  expect(await check(id, mapping)).toMatchObject({ rows: 2, participants: 2, errors: 0 })
  expect((await file(id, mapping)).json()).toMatchObject({ recordings: 2 })
  expect((await researcher.post(`/imports/${id}/undo`)).statusCode).toBe(200)
})

test('promise 8: who has withdrawn does not come in again, and what is frozen cannot be undone', async () => {
  const id = await begin()
  await bring(id, 'a.wav', voice(1))
  await bring(id, 'b.wav', voice(2))
  const mapping = { ...MAPPING, site: { name: 'West' }, recordedAt: null }
  await bring(id, 'l.csv', `${HEAD}a.wav;one;;a;1;50;F;\nb.wav;two;;a;0;50;F;\n`)
  expect((await file(id, mapping)).statusCode).toBe(200)
  const frozen = await researcher.post('/dataset-versions', { name: 'with the import' })
  expect(frozen.statusCode, frozen.body).toBe(200)
  expect((await researcher.post(`/imports/${id}/undo`)).json()).toMatchObject({ code: 'import_in_use' })

  const administrator = await TestConsole.signIn(app, context)
  const one = await db
    .selectFrom('recordingIndex')
    .select(['participantCode', 'siteId'])
    .where('site', '=', 'West')
    .where('label', '=', 'present')
    .executeTakeFirstOrThrow()
  const withdrawn = await administrator.post('/withdrawals', {
    code: one.participantCode,
    siteId: one.siteId,
    recordedBy: 'M-4',
  })
  expect(withdrawn.statusCode, withdrawn.body).toBeLessThan(300)
  const again = await begin()
  await bring(again, 'c.wav', voice(3))
  await bring(again, 'l.csv', `${HEAD}c.wav;one;;a;1;50;F;\n`)
  expect((await check(again, mapping)).findings).toMatchObject([{ issues: [{ code: 'participant-withdrawn' }] }])
})

test('a hostile name reaches no path, a hostile column no prototype, and foreign bytes are not kept', async () => {
  const id = await begin()
  for (const path of [
    '../../keys/x.wav',
    'a/../../b.wav',
    '..',
    'a//b.wav',
    'a\nb.wav',
    'x\u202Efdp.wav',
    'c:\\..\\x.wav',
  ])
    expect((await bring(id, path, testWav(51))).json(), path).toMatchObject({ code: 'import_file_refused' })
  expect((await bring(id, '/etc/passwd', testWav(51, 48_000))).statusCode).toBe(204)
  expect((await detail(id)).files.map(({ path }) => path)).toEqual(['etc/passwd'])
  // An archive is not opened: it is no audio.
  await bring(id, 'slip.zip', Buffer.from('PK\u0003\u0004 ../../../evil'))
  expect((await detail(id)).files.find(({ path }) => path === 'slip.zip')).toMatchObject({ failure: 'unknown-format' })
  expect((await bring(id, 'l.csv', Buffer.from([0x61, 0, 0x62]))).json()).toMatchObject({ code: 'import_file_refused' })
  expect((await bring(id, 'l.csv', Buffer.alloc(IMPORT_LIMITS.listBytes + 1, 'a'))).json()).toMatchObject({
    code: 'import_file_refused',
  })
  const many = `file\n${'x\n'.repeat(IMPORT_LIMITS.files + 1)}`
  expect((await bring(id, 'l.csv', many)).json()).toMatchObject({ code: 'import_too_large' })

  // A sound that is a page and an archive, too: what is filed is our own WAV of its samples.
  const page = Buffer.from('<html><script>alert(1)</script>PK\u0003\u0004')
  await bring(id, 'polyglot.wav', Buffer.concat([testWav(52, 48_000), page]))
  await bring(id, 'l.csv', `__proto__,constructor,who\npolyglot.wav,a,toString\n`)
  const mapping: ImportMapping = {
    ...MAPPING,
    file: '__proto__',
    participant: 'who',
    site: { name: 'East' },
    task: { column: 'constructor', meanings: [{ word: 'a', meaning: 'sustained-vowel' }] },
    label: null,
    age: null,
    sex: null,
    recordedAt: null,
  }
  expect(await check(id, mapping)).toMatchObject({ rows: 1, errors: 0 })
  expect(await check(id, { ...mapping, file: 'toString' })).toMatchObject({ code: 'import_column_unknown' })
  expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  expect(await readdir(importFolder(context, id)), 'only WAV of ours lies there').toSatisfy((names: string[]) =>
    names.every((name) => /^[0-9a-f-]{36}\.wav$/.test(name)),
  )
  expect((await file(id, mapping)).json()).toMatchObject({ recordings: 1 })
  const { sha256 } = await db
    .selectFrom('recordings')
    .innerJoin('encounters', 'encounters.id', 'recordings.encounterId')
    .innerJoin('importEncounters', 'importEncounters.encounterId', 'encounters.id')
    .select('sha256')
    .where('importId', '=', id)
    .executeTakeFirstOrThrow()
  const stored = Buffer.from(await context.blobs.read(sha256))
  expect(stored.includes('script')).toBe(false)
  expect(stored.length).toBe(44 + 2 * 48_000)
  expect((await researcher.post(`/imports/${id}/file`, mapping)).json()).toMatchObject({ code: 'import_not_staged' })
  expect((await researcher.post(`/imports/${id}/undo`)).statusCode).toBe(200)
})

test('nobody but administrators and researchers imports; what is left of a crash is swept', async () => {
  const auditor = await TestConsole.signIn(app, context, 'auditor')
  expect((await auditor.post('/imports', { name: 'x' })).statusCode).toBe(403)
  expect((await auditor.get('/imports')).statusCode).toBe(200)
  const id = await begin()
  await bring(id, 'a.wav', testWav(61))
  await db.deleteFrom('imports').where('id', '=', id).execute()
  await keepHouse(context)
  expect(await readdir(stagingFolder(context))).not.toContain(id)
})

test('of many flawed rows the first 500 are shown, how many there are is said, and the CSV has them all, harmless to a spreadsheet', async () => {
  const id = await begin()
  const rows = Array.from({ length: 620 }, (_, n) => `=cmd|'/c calc'!A${n}.wav;p${n};Site;Satz;1;40;f;2024-01-01`)
  await bring(id, 'list.csv', HEAD + rows.join('\n'))
  await bring(id, 'other.wav', voice(1))
  const report = await check(id, MAPPING)
  expect([report.findings.length, report.flawedRows, report.errors]).toEqual([500, 620, 620])
  const reply = await researcher.post(`/imports/${id}/report`, MAPPING)
  expect(reply.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8' })
  const [head, ...lines] = reply.body.trimEnd().split('\r\n')
  expect(head).toBe('row,file,severity,code,value')
  expect(lines).toHaveLength(620)
  expect(lines[619]).toBe("620,'=cmd|'/c calc'!A619.wav,error,file-missing,'=cmd|'/c calc'!A619.wav")
  await researcher.request('DELETE', `/imports/${id}`)
})
