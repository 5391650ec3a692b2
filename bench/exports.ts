import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportLayoutSchema, type ExportLayout } from '@spira/shared/protocol/exportsApi.ts'
import { wavHeader } from '@spira/shared/signal/wav.ts'
import { DiskBlobStore } from '../training-server/blobs/diskBlobStore.ts'
import { deidentify, type FrozenItem } from '../training-server/exports/deidentification.ts'
import { filesOf } from '../training-server/exports/layouts/index.ts'
import type { ExportSource } from '../training-server/exports/layouts/layout.ts'
import { readFiled } from '../training-server/exports/readFiled.ts'
import { writeArchive } from '../training-server/exports/writeArchive.ts'

/**
 * 10,000 recordings (`RECORDINGS`) of 5 to 15 s from the blob store into one archive, in the three ways that audio is written
 * (`LAYOUTS`, by commas, names others), against `cp -r` of the same bytes on the same disk, in turns; and the most memory that each layout took for a tenth of them
 * and for all. Every sound is hashed as it is read, to see that it is what was filed, and the archive as a whole as it is written, which
 * cp does not do. Fails below `TARGET` or where memory grows with the number of recordings.
 *
 * FLAC (`AUDIO=flac`) and features (`LAYOUTS=features,features-parquet`) take as long as encoding and measuring take, many times a copy:
 * of them only the memory is held, and their speed is printed. Give those fewer `RECORDINGS`.
 */
const RECORDINGS = Number(process.env['RECORDINGS'] ?? 10_000)
const ROUNDS = Number(process.env['ROUNDS'] ?? 3)
const LAYOUTS: readonly ExportLayout[] = (process.env['LAYOUTS'] ?? 'plain,webdataset,parquet')
  .split(',')
  .map((layout) => exportLayoutSchema.parse(layout))
const AUDIO = process.env['AUDIO'] === 'flac' ? 'flac' : 'wav'
const TARGET = 0.6
const copiesSound = (layout: ExportLayout): boolean => AUDIO === 'wav' && !layout.startsWith('features')
/** What 9,000 recordings more may add: their rows of metadata, never their sound (2.9 GB). */
const MOST_GROWTH_MIB = 96
const RATE_HZ = 16_000

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

interface Made {
  readonly seconds: number
  readonly bytes: number
  /** The most that the process held, after a tenth of the recordings and after all. */
  readonly tenthMiB: number
  readonly allMiB: number
}

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spira-bench-exports-'))
  try {
    const bytes = await fill(folder)
    console.log(`${RECORDINGS} recordings, ${(bytes / 1e6).toFixed(0)} MB, ${ROUNDS} rounds in turns`)
    const copies: number[] = []
    const made = new Map<ExportLayout, Made[]>(LAYOUTS.map((layout) => [layout, []]))
    for (let round = 0; round < ROUNDS; round += 1) {
      copies.push(copy(folder))
      for (const [layout, all] of made) all.push(inChild(layout, folder))
    }
    const reference = median(copies)
    const speed = (seconds: number): string =>
      `${seconds.toFixed(2).padStart(6)} s ${(bytes / 1e6 / seconds).toFixed(0).padStart(5)} MB/s`
    console.log(`${'cp -r'.padEnd(12)} ${speed(reference)}`)
    let missed = false
    for (const [layout, all] of made) {
      const seconds = median(all.map((each) => each.seconds))
      const tenth = Math.max(...all.map((each) => each.tenthMiB))
      const whole = Math.max(...all.map((each) => each.allMiB))
      const ratio = reference / seconds
      if ((copiesSound(layout) && ratio < TARGET) || whole - tenth > MOST_GROWTH_MIB) missed = true
      console.log(
        `${layout.padEnd(12)} ${speed(seconds)}  ${(ratio * 100).toFixed(0).padStart(3)} % of cp -r${copiesSound(layout) ? ` (target ${TARGET * 100} %)` : ''}; memory ${tenth} MiB at ${RECORDINGS / 10} recordings, ${whole} MiB at ${RECORDINGS}`,
      )
    }
    process.exitCode = missed ? 1 : 0
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A blob store of noise, and what a frozen dataset version would say of it. @returns the bytes of all recordings. */
async function fill(folder: string): Promise<number> {
  const blobs = join(folder, 'blobs')
  // Each recording is another part of the same noise.
  const noise = randomBytes(15 * RATE_HZ * 2 + RECORDINGS * 2)
  const items: FrozenItem[] = []
  let bytes = 0
  for (let index = 0; index < RECORDINGS; index += 1) {
    const samples = 5 * RATE_HZ + ((index * 7919) % (10 * RATE_HZ))
    const wav = Buffer.concat([wavHeader(samples, RATE_HZ), noise.subarray(index * 2, index * 2 + samples * 2)])
    bytes += wav.length
    const sha256 = createHash('sha256').update(wav).digest('hex')
    await mkdir(join(blobs, sha256.slice(0, 2)), { recursive: true })
    await writeFile(join(blobs, sha256.slice(0, 2), sha256), wav)
    items.push({
      recordingId: `recording-${index}`,
      participantId: `participant-${Math.floor(index / 4)}`,
      siteId: `site-${index % 5}`,
      deviceId: `device-${index % 5}`,
      task: 'read-sentence',
      sha256,
      label: index % 2 === 0 ? 0 : 1,
      metadata: {
        site: 'x',
        device: 'y',
        recorded_at: '2026-11-01T10:00:00.000Z',
        sample_count: samples,
        age_years: 30 + (index % 60),
        sex: 'female',
      },
    })
  }
  await writeFile(join(folder, 'items.json'), JSON.stringify(items))
  return bytes
}

/** What is not on the disk yet is not left for the next to wait for. */
const settle = (): void => void spawnSync('sync')

function copy(folder: string): number {
  settle()
  const started = performance.now()
  const { status } = spawnSync('cp', ['-r', join(folder, 'blobs'), join(folder, 'copy')])
  const seconds = (performance.now() - started) / 1000
  if (status !== 0) throw new Error('cp failed')
  spawnSync('rm', ['-r', join(folder, 'copy')])
  return seconds
}

function inChild(layout: ExportLayout, folder: string): Made {
  settle()
  const { status, stdout } = spawnSync(process.execPath, [import.meta.filename, layout, folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`${layout} failed`)
  return JSON.parse(stdout) as Made
}

/** In a process of its own, whose memory is this layout's alone. */
async function exportOnce(layout: ExportLayout, folder: string): Promise<void> {
  const items = JSON.parse(await readFile(join(folder, 'items.json'), 'utf8')) as FrozenItem[]
  const store = await DiskBlobStore.open(join(folder, 'blobs'))
  const path = join(folder, 'export.zip')
  const write = async (
    leaving: readonly FrozenItem[],
  ): Promise<{ seconds: number; bytes: number; mostMiB: number }> => {
    const source = sourceOf(leaving, store)
    const started = performance.now()
    const { byteLength } = await writeArchive(filesOf(source, layout), path)
    const seconds = (performance.now() - started) / 1000
    await rm(path)
    return { seconds, bytes: byteLength, mostMiB: Math.round(process.resourceUsage().maxRSS / 1024) }
  }
  const tenth = await write(items.slice(0, RECORDINGS / 10))
  settle()
  const all = await write(items)
  console.log(
    JSON.stringify({
      seconds: all.seconds,
      bytes: all.bytes,
      tenthMiB: tenth.mostMiB,
      allMiB: all.mostMiB,
    } satisfies Made),
  )
}

function sourceOf(items: readonly FrozenItem[], store: DiskBlobStore): ExportSource {
  const left = deidentify(items, { secret: randomBytes(32), scope: 'bench', cleared: [] })
  return {
    institution: null,
    dataset: {
      name: 'bench',
      description: '',
      contentHash: '0'.repeat(64),
      recordings: items.length,
      participants: items.length / 4,
      present: 0,
      absent: 0,
      simulated: true,
      frozenAt: new Date(),
    },
    items: left,
    columns: Object.keys(left[0]?.row ?? {}),
    audio: AUDIO,
    readWav: (item) => readFiled(store, item),
  }
}

const [childLayout, childFolder] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
if (childLayout !== undefined && childFolder !== undefined)
  await exportOnce(exportLayoutSchema.parse(childLayout), childFolder)
else await compare()
