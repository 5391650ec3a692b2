import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExportLayout } from '@spira/shared/protocol/exportsApi.ts'
import { wavHeader } from '@spira/shared/signal/wav.ts'
import { deidentify, type FrozenItem } from '../training-server/exports/deidentification.ts'
import { filesOf } from '../training-server/exports/layouts/index.ts'
import type { ExportSource } from '../training-server/exports/layouts/layout.ts'
import { writeArchive } from '../training-server/exports/writeArchive.ts'

/**
 * 10,000 recordings (`RECORDINGS`) of 3 s from the blob folder into one archive, in each layout that holds audio, against `cp -r` of
 * the same bytes on the same disk, in turns; and the memory that it took. The archive is hashed twice on the way (each file and the
 * whole), which cp does not do.
 */
const RECORDINGS = Number(process.env['RECORDINGS'] ?? 10_000)
const SAMPLES = 48_000
const LAYOUTS: readonly ExportLayout[] = ['plain', 'webdataset', 'parquet']
const ROUNDS = 2

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const folder = await mkdtemp(join(tmpdir(), 'spira-bench-exports-'))
const blobs = join(folder, 'blobs')
try {
  await mkdir(blobs)
  const items: FrozenItem[] = []
  for (let index = 0; index < RECORDINGS; index += 1) {
    const wav = Buffer.concat([wavHeader(SAMPLES, 16_000), randomBytes(SAMPLES * 2)])
    const sha256 = createHash('sha256').update(wav).digest('hex')
    await writeFile(join(blobs, sha256), wav)
    items.push({
      recordingId: `recording-${index}`,
      participantId: `participant-${Math.floor(index / 4)}`,
      siteId: `site-${index % 5}`,
      task: 'read-sentence',
      sha256,
      label: index % 2 === 0 ? 0 : 1,
      metadata: {
        site: 'x',
        device: 'y',
        recorded_at: '2026-11-01T10:00:00.000Z',
        sample_count: SAMPLES,
        age_years: 30 + (index % 60),
        sex: 'female',
      },
    })
  }
  const bytes = RECORDINGS * (44 + SAMPLES * 2)
  const left = deidentify(items, { secret: randomBytes(32), scope: 'bench', cleared: [] })
  const source: ExportSource = {
    dataset: {
      name: 'bench',
      description: '',
      contentHash: '0'.repeat(64),
      recordings: RECORDINGS,
      participants: RECORDINGS / 4,
      present: 0,
      absent: 0,
      simulated: true,
      frozenAt: new Date(),
    },
    items: left,
    columns: Object.keys(left[0]?.row ?? {}),
    audio: 'wav',
    readWav: ({ sha256 }) => readFile(join(blobs, sha256)),
  }
  const copy = (): number => {
    const started = performance.now()
    const { status } = spawnSync('cp', ['-r', blobs, join(folder, 'copy')])
    if (status !== 0) throw new Error('cp failed')
    const seconds = (performance.now() - started) / 1000
    spawnSync('rm', ['-r', join(folder, 'copy')])
    return seconds
  }
  const measured = new Map<string, number[]>([
    ['cp -r', []],
    ...LAYOUTS.map((layout): [string, number[]] => [layout, []]),
  ])
  let largest = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    measured.get('cp -r')?.push(copy())
    for (const layout of LAYOUTS) {
      const path = join(folder, 'export.zip')
      const started = performance.now()
      await writeArchive(filesOf(source, layout), path, () => (largest = Math.max(largest, process.memoryUsage.rss())))
      measured.get(layout)?.push((performance.now() - started) / 1000)
      await rm(path)
    }
  }
  const reference = median(measured.get('cp -r') ?? [])
  console.log(`${RECORDINGS} recordings, ${(bytes / 1e6).toFixed(0)} MB`)
  for (const [name, seconds] of measured)
    console.log(
      `${name.padEnd(12)} ${median(seconds).toFixed(1).padStart(6)} s  ${(bytes / 1e6 / median(seconds)).toFixed(0).padStart(5)} MB/s  ${((reference / median(seconds)) * 100).toFixed(0)} % of cp -r`,
    )
  console.log(`largest memory of the process: ${(largest / 1024 / 1024).toFixed(0)} MiB`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
