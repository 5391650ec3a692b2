import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect, test } from 'vitest'
import { features } from './features.ts'
import { featuresParquet } from './featuresParquet.ts'
import type { ExportSource, Layout } from './layout.ts'
import { memorySource, tone } from './testing/memorySource.ts'

/** The features that leave, opened by NumPy, pandas' way in, and DuckDB, and computed again by NumPy from the samples. */
const folder = mkdtempSync(join(tmpdir(), 'spira-features-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const RATE_HZ = 16_000
const source = memorySource([tone(140, 1.5), tone(220, 1), tone(95, 2)])

async function write(layout: Layout, from: ExportSource): Promise<string> {
  const into = mkdtempSync(join(folder, 'layout-'))
  for (const { path, content } of layout(from)) {
    mkdirSync(dirname(join(into, path)), { recursive: true })
    const pieces: Uint8Array[] = []
    if (typeof content === 'string') pieces.push(Buffer.from(content))
    else if ('whole' in content) pieces.push(await content.whole())
    else for await (const piece of content.pieces()) pieces.push(piece)
    writeFileSync(join(into, path), Buffer.concat(pieces))
  }
  return into
}
const numpyFolder = await write(features, source)
const parquetFolder = await write(featuresParquet, source)

/**
 * MFCC by NumPy after their published description alone (mfcc.json): reflected ends, periodic Hann window in the middle of the FFT frame,
 * power, HTK mel triangles, 10 log10 floored, orthonormal DCT-II. Compared with what the archive's .npy holds; and the records of the
 * descriptors, as pandas takes them.
 */
const PROGRAM = `
import json, sys, wave
import numpy as np
folder, wavs = sys.argv[1], sys.argv[2:]
spec = json.load(open(folder + '/mfcc.json'))
n, win, hop, mels = spec['nFft'], spec['winLength'], spec['hopLength'], spec['nMels']
window = np.zeros(n)
left = (n - win) // 2
window[left:left + win] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(win) / win)
mel = lambda hz: 2595 * np.log10(1 + hz / 700)
edges = 700 * (10 ** (np.linspace(mel(spec['fMinHz']), mel(spec['fMaxHz']), mels + 2) / 2595) - 1)
hz = np.linspace(0, spec['sampleRateHz'] / 2, n // 2 + 1)
up = (hz[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
down = (edges[2:] - hz[:, None]) / (edges[2:] - edges[1:-1])
bank = np.maximum(0, np.minimum(up, down))
k, m = np.arange(spec['nMfcc']), np.arange(mels)
dct = np.cos(np.pi / mels * (m[:, None] + 0.5) * k) * np.sqrt(2 / mels)
dct[:, 0] /= np.sqrt(2)
out = {}
for path in wavs:
    key = path.split('/')[-1][:-4]
    x = np.frombuffer(wave.open(path).readframes(10**9), '<i2') / 32768
    x = np.pad(x, n // 2, mode='reflect')
    frames = np.stack([x[i:i + n] * window for i in range(0, len(x) - n + 1, hop)])
    db = 10 * np.log10(np.maximum(1e-10, np.abs(np.fft.rfft(frames)) ** 2 @ bank))
    own = np.maximum(db, db.max() - spec['topDb']) @ dct
    left_out = np.load(folder + '/mfcc/' + key + '.npy')
    assert left_out.dtype == np.float32 and left_out.shape == own.shape, (left_out.shape, own.shape)
    out[key] = float(np.abs(left_out - own).max())
records = np.load(folder + '/descriptors.npy')
print(json.dumps({'apart': out, 'names': records.dtype.names, 'records': [[r[0].decode()] + [None if np.isnan(v) else float(v) for v in list(r)[1:]] for r in records]}))`

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0
test.skipIf(!hasNumpy)(
  'np.load: the MFCC are those that NumPy computes from the samples, the descriptors those of the CSV',
  async () => {
    const wavs: string[] = []
    for (const item of source.items) {
      wavs.push(join(folder, `${item.key}.wav`))
      writeFileSync(join(folder, `${item.key}.wav`), await source.readWav(item))
    }
    const said = JSON.parse(execFileSync('python3', ['-c', PROGRAM, numpyFolder, ...wavs], { encoding: 'utf8' })) as {
      apart: Record<string, number>
      names: string[]
      records: (string | number | null)[][]
    }
    for (const { key } of source.items) expect(said.apart[key]).toBeLessThan(2e-3)
    const [head, ...lines] = readFileSync(join(numpyFolder, 'descriptors.csv'), 'utf8').trim().split('\r\n')
    expect(said.names).toEqual(head?.split(','))
    expect(
      said.records.map((record) => record.map((value) => (value === null ? '' : String(value))).join(',')),
    ).toEqual(lines)
  },
)

test('the descriptors are those of the tones: length, pitch, no clipping, nothing but voice', async () => {
  const connection = await (await DuckDBInstance.create()).connect()
  const rows = (
    await connection.runAndReadAll(`select * from '${join(parquetFolder, 'descriptors.parquet')}'`)
  ).getRowObjectsJson()
  for (const [index, { hz, samples }] of source.tones.entries()) {
    const row = rows.find(({ recording }) => recording === source.keyOf(index))
    expect(row?.['durationSeconds']).toBeCloseTo(samples / RATE_HZ, 12)
    expect(Math.abs(Number(row?.['f0MeanHz']) / hz - 1)).toBeLessThan(0.01)
    expect(row).toMatchObject({ clippedShare: 0 })
    expect(Number(row?.['voicedShare'])).toBeGreaterThan(0.9)
    expect(Number(row?.['jitterLocal'])).toBeLessThan(0.005)
  }
  const frames = (
    await connection.runAndReadAll(`select * from '${join(parquetFolder, 'mfcc.parquet')}' order by recording, frame`)
  ).getRowObjectsJson()
  connection.closeSync()
  // Frame by frame the very numbers of the NumPy files.
  for (const { key } of source.items) {
    const file = readFileSync(join(numpyFolder, 'mfcc', `${key}.npy`))
    const own = frames.filter(({ recording }) => recording === key)
    expect(own.length * 40 * 4 + 128).toBe(file.length)
    for (const at of [0, 17, own.length - 1])
      for (const coefficient of [0, 1, 39])
        expect(own[at]?.[`mfcc_${String(coefficient).padStart(2, '0')}`]).toBe(
          file.readFloatLE(128 + 4 * (at * 40 + coefficient)),
        )
  }
})
