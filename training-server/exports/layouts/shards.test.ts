import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect, test } from 'vitest'
import { deidentify, type FrozenItem } from '../deidentification.ts'
import type { ExportSource, Layout } from './layout.ts'
import { parquet } from './parquet.ts'
import { webdataset } from './webdataset.ts'

/** More recordings than a row group holds, one of no length and some that end on a tar's block, as other readers see them. */
const folder = mkdtempSync(join(tmpdir(), 'spira-shards-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const sounds = new Map(
  Array.from({ length: 230 }, (_, index) => randomBytes(index === 0 ? 0 : (1 + (index % 8)) * 512 + (index % 3))).map(
    (bytes) => [sha256(bytes), bytes],
  ),
)
const items = deidentify(
  [...sounds.keys()].map((hash, index): FrozenItem => ({
    recordingId: `recording-${index}`,
    participantId: `participant-${index}`,
    siteId: 'site',
    deviceId: 'device',
    task: 'read-sentence',
    sha256: hash,
    label: index % 2 === 0 ? 0 : 1,
    metadata: { recorded_at: '2026-11-01T10:00:00.000Z', age_years: index % 5 === 0 ? null : 30 + (index % 50) },
  })),
  { secret: randomBytes(32), scope: 'test', cleared: [] },
)
const source: ExportSource = {
  institution: null,
  dataset: {
    name: 'shards',
    description: '',
    contentHash: '0'.repeat(64),
    recordings: items.length,
    participants: items.length,
    present: 0,
    absent: 0,
    simulated: true,
    frozenAt: new Date(0),
  },
  items,
  columns: [...new Set(items.flatMap(({ row }) => Object.keys(row)))],
  audio: 'wav',
  readWav: async (item) => new Uint8Array(sounds.get(item.sha256) ?? randomBytes(1)),
}

async function only(layout: Layout): Promise<string> {
  const [file] = [...layout(source)]
  if (file === undefined || typeof file.content === 'string' || !('pieces' in file.content))
    throw new Error('no pieces')
  const pieces: Uint8Array[] = []
  for await (const piece of file.content.pieces()) pieces.push(piece)
  const path = join(folder, file.path.replaceAll('/', '-'))
  writeFileSync(path, Buffer.concat(pieces))
  return path
}

test('parquet: three row groups with a page a recording, each row with its own sound, as DuckDB reads them', async () => {
  const path = await only(parquet)
  const connection = await (await DuckDBInstance.create()).connect()
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson()
  const found = await rows(
    `select recording, sha256(audio.bytes) as audio_sha256, octet_length(audio.bytes)::int as length, audio.path as path, age_years, label from '${path}'`,
  )
  expect(found).toEqual(
    items.map((item) => ({
      recording: item.key,
      audio_sha256: item.sha256,
      length: sounds.get(item.sha256)?.length,
      path: `${item.key}.wav`,
      age_years: item.row['age_years'] ?? null,
      label: item.row['label'],
    })),
  )
  // One row out of the middle, past a row group's start.
  expect(await rows(`select sha256(audio.bytes) as sum from '${path}' limit 1 offset 157`)).toEqual([
    { sum: items[157]?.sha256 },
  ])
  const groups = await rows(
    `select row_group_num_rows::int as rows, num_values::int as sounds, total_compressed_size::int as bytes from parquet_metadata('${path}') where path_in_schema = 'audio, bytes' order by row_group_id`,
  )
  expect(groups.map(({ rows: count, sounds: values }) => [count, values])).toEqual([
    [100, 100],
    [100, 100],
    [30, 30],
  ])
  connection.closeSync()
})

test('webdataset: GNU tar lists and extracts every file, whatever its length', async () => {
  const path = await only(webdataset)
  const names = execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n')
  expect(names).toEqual(items.flatMap(({ key }) => ['json', 'cls', 'wav'].map((ending) => `${key}.${ending}`)))
  for (const { key, sha256: filed } of [items[0], items[1], items[8], items[229]].filter((item) => item !== undefined))
    expect(sha256(execFileSync('tar', ['-xOf', path, `${key}.wav`]))).toBe(filed)
})
