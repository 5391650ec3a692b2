import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JournalPage } from '@spira/renderer/shell/bridge.ts'
import { type Journals, openJournals } from './journals.ts'
import { encodeRecord, RECORD_HEAD_BYTES, scanRecords } from './record.ts'
import { killInMidAppend } from './testing/killRounds.ts'
import { sampleChunk, sampleHeader, sampleId } from './testing/sampleJournal.ts'

const SEED = 20261123

let folder: string
let journals: Journals
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-journals-'))
  journals = await openJournals(folder)
})
afterEach(async () => {
  await journals.close()
  await rm(folder, { recursive: true, force: true })
})

const fileOf = (id: string): string => join(folder, `${id}.journal`)
const reopen = async (): Promise<void> => {
  await journals.close()
  journals = await openJournals(folder)
}

async function readAll(of: Journals, recordingId: string): Promise<JournalPage['chunks']> {
  const chunks: JournalPage['chunks'][number][] = []
  for (let from: number | null = 0; from !== null;) {
    const page: JournalPage = await of.read(recordingId, from)
    chunks.push(...page.chunks)
    from = page.next
  }
  return chunks
}

/** Exactly the chunks 0 to count - 1 of this recording, byte for byte. */
async function expectChunks(of: Journals, recordingId: string, count: number, bytes?: number): Promise<void> {
  const chunks = await readAll(of, recordingId)
  expect(chunks.map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, index) => index))
  for (const chunk of chunks) expect({ recordingId, ...chunk }).toEqual(sampleChunk(recordingId, chunk.index, bytes))
}

describe('the second copy of a recording', () => {
  it('gives back the header and every chunk, page by page, after a restart too', async () => {
    const header = sampleHeader()
    await journals.begin(header)
    for (let index = 0; index < 300; index += 1) await journals.append(sampleChunk(header.recordingId, index, 40))
    await reopen()
    expect(await journals.list()).toEqual([header.recordingId])
    const first = await journals.read(header.recordingId, 0)
    expect(first.header).toEqual(header)
    expect(first.next).toBe(256)
    await expectChunks(journals, header.recordingId, 300, 40)
  })

  it('promise 9: names files by ids alone and writes nothing but the ciphertext it was given', async () => {
    const header = sampleHeader()
    await journals.begin(header)
    await journals.append(sampleChunk(header.recordingId, 0))
    expect(await readdir(folder)).toEqual([`${header.recordingId}.journal`])
    const written = await readFile(fileOf(header.recordingId))
    expect(written.includes(Buffer.from(sampleChunk(header.recordingId, 0).sealed.data))).toBe(true)
    expect((await stat(fileOf(header.recordingId))).mode & 0o077).toBe(0)
  })

  it('writes what is asked at once in the order it was asked', async () => {
    const header = sampleHeader()
    const asked = [journals.begin(header)]
    for (let index = 0; index < 20; index += 1) asked.push(journals.append(sampleChunk(header.recordingId, index, 40)))
    await Promise.all(asked)
    await expectChunks(journals, header.recordingId, 20, 40)
  })

  it('is gone after the receipt, takes nothing more, and removing it again is nothing', async () => {
    const header = sampleHeader()
    await journals.begin(header)
    await journals.append(sampleChunk(header.recordingId, 0))
    await journals.remove(header.recordingId)
    await journals.remove(header.recordingId)
    expect(await readdir(folder)).toEqual([])
    await expect(journals.append(sampleChunk(header.recordingId, 1))).rejects.toMatchObject({ code: 'journal-unknown' })
    await expect(journals.read(header.recordingId, 0)).rejects.toMatchObject({ code: 'journal-unknown' })
    expect(await readdir(folder)).toEqual([])
  })

  it('does not begin a recording twice, and leaves the first as it is', async () => {
    const header = sampleHeader()
    await journals.begin(header)
    await journals.append(sampleChunk(header.recordingId, 0))
    await expect(journals.begin(sampleHeader(header.recordingId))).rejects.toMatchObject({ code: 'journal-exists' })
    await journals.append(sampleChunk(header.recordingId, 1))
    await expectChunks(journals, header.recordingId, 2)
  })

  it('takes no file for a journal that is not one', async () => {
    await writeFile(join(folder, 'notes.journal'), 'x')
    await writeFile(join(folder, `${sampleId()}.journal.bak`), 'x')
    expect(await journals.list()).toEqual([])
    const id = sampleId()
    await writeFile(fileOf(id), 'not a journal at all')
    await expect(journals.read(id, 0)).rejects.toMatchObject({ code: 'journal-damaged' })
    expect(await readFile(fileOf(id), 'utf8')).toBe('not a journal at all')
  })
})

describe('promise 1: a write that was cut off', () => {
  it('at every byte of the last record: what was acknowledged is there, and the next chunk stands behind it', async () => {
    const header = sampleHeader()
    const { recordingId } = header
    await journals.begin(header)
    for (let index = 0; index < 2; index += 1) await journals.append(sampleChunk(recordingId, index, 100))
    const { size: before } = await stat(fileOf(recordingId))
    await journals.append(sampleChunk(recordingId, 2, 100))
    const { size: after } = await stat(fileOf(recordingId))
    await journals.close()
    const whole = join(folder, 'whole')
    await copyFile(fileOf(recordingId), whole)
    let tried = 0
    for (let length = before; length < after; length += 1) {
      await copyFile(whole, fileOf(recordingId))
      await truncate(fileOf(recordingId), length)
      journals = await openJournals(folder)
      await expectChunks(journals, recordingId, 2, 100)
      await journals.append(sampleChunk(recordingId, 2, 100))
      await expectChunks(journals, recordingId, 3, 100)
      await journals.close()
      expect(await readFile(fileOf(recordingId))).toEqual(await readFile(whole))
      tried += 1
    }
    // Head, kind, index, nonce and 100 bytes of ciphertext.
    expect(tried).toBe(RECORD_HEAD_BYTES + 1 + 4 + 12 + 100)
  })

  it('leaves zeros or rubbish behind: no record is made of them, none before is lost', () => {
    const records = [encodeRecord(1, Buffer.from('header')), encodeRecord(2, Buffer.from('chunk'))]
    const good = Buffer.concat(records)
    expect(scanRecords(Buffer.concat([good, Buffer.alloc(5000)]))).toMatchObject({ end: good.length, damaged: 0 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (rubbish) => {
        const scanned = scanRecords(Buffer.concat([good, rubbish]))
        expect(scanned.records).toHaveLength(2)
        expect(scanned).toMatchObject({ end: good.length, damaged: 0 })
      }),
      { seed: SEED, numRuns: 2000 },
    )
  })

  it('a record that went bad in the middle costs itself alone', async () => {
    const header = sampleHeader()
    const { recordingId } = header
    await journals.begin(header)
    const ends: number[] = []
    for (let index = 0; index < 4; index += 1) {
      await journals.append(sampleChunk(recordingId, index, 100))
      ends.push((await stat(fileOf(recordingId))).size)
    }
    await journals.close()
    const bytes = await readFile(fileOf(recordingId))
    const at = (ends[1] ?? 0) - 10
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at)
    await writeFile(fileOf(recordingId), bytes)
    expect(scanRecords(bytes)).toMatchObject({ end: bytes.length, damaged: 1 })
    journals = await openJournals(folder)
    await journals.append(sampleChunk(recordingId, 4, 100))
    expect((await readAll(journals, recordingId)).map(({ index }) => index)).toEqual([0, 2, 3, 4])
  })
})

it('promise 1: kill -9 in the middle of appends, 5 times: nothing acknowledged is lost or changed', async () => {
  // 50 times: npm run -s shell:journal-kill
  const { acknowledged, lost } = await killInMidAppend(folder, 5)
  expect(acknowledged).toBeGreaterThan(5)
  expect(lost).toBe(0)
}, 120_000)

/** A disk of 256 KB, where this machine lets the test mount one. */
function mountSmallDisk(at: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', at], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('promise 1: a full disk', () => {
  let disk: string
  let mounted = false
  beforeAll(async () => {
    disk = await mkdtemp(join(tmpdir(), 'spira-small-disk-'))
    mounted = mountSmallDisk(disk)
  })
  afterAll(async () => {
    if (mounted) execFileSync('umount', [disk])
    await rm(disk, { recursive: true, force: true })
  })

  it('is said in a sentence, acknowledges nothing more, keeps the rest, and ends when there is room again', async (context) => {
    if (!mounted) context.skip('no small disk: mounting one needs root and a kernel that allows it')
    await mkdir(join(disk, 'journals'))
    const small = await openJournals(join(disk, 'journals'))
    await writeFile(join(disk, 'ballast'), Buffer.alloc(64 * 1024))
    const header = sampleHeader()
    const { recordingId } = header
    await small.begin(header)
    let acknowledged = 0
    const failure = await (async () => {
      for (;;) {
        try {
          await small.append(sampleChunk(recordingId, acknowledged))
        } catch (error) {
          return error
        }
        acknowledged += 1
      }
    })()
    expect(failure).toMatchObject({ code: 'storage-full' })
    expect(String(failure)).toContain('The disk is full')
    expect(acknowledged).toBeGreaterThan(3)
    await expectChunks(small, recordingId, acknowledged)
    await expect(small.append(sampleChunk(recordingId, acknowledged))).rejects.toMatchObject({ code: 'storage-full' })
    await writeFile(join(disk, 'ballast2'), Buffer.alloc(256 * 1024)).catch(() => undefined)
    const another = sampleHeader()
    await expect(small.begin(another)).rejects.toMatchObject({ code: 'storage-full' })
    expect(await small.list()).toEqual([recordingId])
    await rm(join(disk, 'ballast'))
    await rm(join(disk, 'ballast2'))
    await small.append(sampleChunk(recordingId, acknowledged))
    await expectChunks(small, recordingId, acknowledged + 1)
    await small.close()
  })
})
