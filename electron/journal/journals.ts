import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { JournalChunk, JournalHeader, JournalPage } from '@spira/renderer/shell/bridge.ts'
import { ShellError } from '../shellError.ts'
import { idSchema } from '../sealed.ts'
import { isCode, storageError, syncFolder } from './diskWrites.ts'
import { decodeChunk, decodeHeader, encodeChunk, encodeHeader } from './journalContent.ts'
import { CHUNK_KIND, encodeRecord, HEADER_KIND, scanRecords } from './record.ts'

/** The second copy of the recordings: one append-only file each, of ciphertext alone, kept until the receipt. */
export interface Journals {
  /** @throws ShellError `journal-exists`, `storage-full`, `storage-failed`. */
  begin(header: JournalHeader): Promise<void>
  /** Resolved, the chunk is on disk. @throws ShellError `journal-unknown`, `storage-full`, `storage-failed`. */
  append(chunk: JournalChunk): Promise<void>
  list(): Promise<readonly string[]>
  usage(): Promise<{ readonly count: number; readonly bytes: number }>
  /** @throws ShellError `journal-unknown`, `journal-damaged`. */
  read(recordingId: string, from: number): Promise<JournalPage>
  remove(recordingId: string): Promise<void>
  /** Waits for what is being written and lets the files go. */
  close(): Promise<void>
}

/** Chunks of one page of `read`: about two minutes of sound, 4 MB. */
export const JOURNAL_PAGE = 256

const SUFFIX = '.journal'

interface OpenJournal {
  readonly handle: FileHandle
  /** End of the last acknowledged record. */
  end: number
}

/** Opens the journals in `folder`, which is made if needed. One process at a time: the shell runs once (single instance). */
export async function openJournals(folder: string): Promise<Journals> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const opened = new Map<string, OpenJournal>()
  /** What is done to one recording is done in the order it was asked. */
  const queues = new Map<string, Promise<unknown>>()

  const fileOf = (recordingId: string): string => join(folder, recordingId + SUFFIX)

  function inOrder<T>(recordingId: string, work: () => Promise<T>): Promise<T> {
    const result = (queues.get(recordingId) ?? Promise.resolve()).then(work)
    const settled = result.then(
      () => undefined,
      () => undefined,
    )
    queues.set(recordingId, settled)
    void settled.then(() => queues.get(recordingId) === settled && queues.delete(recordingId))
    return result
  }

  async function journalOf(recordingId: string): Promise<OpenJournal> {
    const known = opened.get(recordingId)
    if (known !== undefined) return known
    let handle: FileHandle
    try {
      handle = await open(fileOf(recordingId), 'r+')
    } catch (error) {
      throw isCode(error, 'ENOENT') ? new ShellError('journal-unknown') : storageError(error)
    }
    try {
      const { end } = scanRecords(await handle.readFile())
      // A torn last record, cut off so that the next one stands behind a whole one.
      await handle.truncate(end)
      const journal = { handle, end }
      opened.set(recordingId, journal)
      return journal
    } catch (error) {
      await handle.close()
      throw storageError(error)
    }
  }

  async function write(recordingId: string, journal: OpenJournal, record: Buffer): Promise<void> {
    try {
      await writeWhole(journal.handle, record, journal.end)
      await journal.handle.datasync()
      journal.end += record.byteLength
    } catch (error) {
      // Nothing of this record counts. After a failed fsync the kernel's pages cannot be trusted (fsyncgate, LWN 752063): the
      // file is opened and scanned again before anything more is written to it.
      opened.delete(recordingId)
      await journal.handle.truncate(journal.end).catch(() => undefined)
      await journal.handle.close().catch(() => undefined)
      throw storageError(error)
    }
  }

  const letGo = (recordingId: string): Promise<void> =>
    inOrder(recordingId, async () => {
      const journal = opened.get(recordingId)
      opened.delete(recordingId)
      await journal?.handle.close().catch(() => undefined)
    })

  async function list(): Promise<readonly string[]> {
    const names = await readdir(folder)
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .filter((id) => idSchema.safeParse(id).success)
      .toSorted()
  }

  return {
    begin: (header) =>
      inOrder(header.recordingId, async () => {
        // One recording at a time: those before wait for their receipt, for weeks perhaps, and need no open file for that.
        await Promise.all([...opened.keys()].filter((id) => id !== header.recordingId).map(letGo))
        let handle: FileHandle
        try {
          handle = await open(fileOf(header.recordingId), 'wx', 0o600)
        } catch (error) {
          throw isCode(error, 'EEXIST') ? new ShellError('journal-exists') : storageError(error)
        }
        const journal = { handle, end: 0 }
        opened.set(header.recordingId, journal)
        try {
          await write(header.recordingId, journal, encodeRecord(HEADER_KIND, encodeHeader(header)))
          await syncFolder(folder)
        } catch (error) {
          opened.delete(header.recordingId)
          await handle.close().catch(() => undefined)
          await rm(fileOf(header.recordingId), { force: true })
          throw storageError(error)
        }
      }),

    append: (chunk) =>
      inOrder(chunk.recordingId, async () => {
        const journal = await journalOf(chunk.recordingId)
        await write(chunk.recordingId, journal, encodeRecord(CHUNK_KIND, encodeChunk(chunk)))
      }),

    list,

    async usage() {
      const ids = await list()
      const sizes = await Promise.all(
        ids.map((id) =>
          stat(fileOf(id)).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      )
      return { count: ids.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
    },

    read: (recordingId, from) =>
      inOrder(recordingId, async () => {
        const { records } = scanRecords(
          await readFile(fileOf(recordingId)).catch((error: unknown) => {
            throw isCode(error, 'ENOENT') ? new ShellError('journal-unknown') : storageError(error)
          }),
        )
        const header = records.filter(({ kind }) => kind === HEADER_KIND).map(({ content }) => decodeHeader(content))[0]
        if (header?.recordingId !== recordingId) throw new ShellError('journal-damaged')
        // A chunk that was written, not acknowledged and written again stands here twice.
        const chunks = new Map(
          records
            .filter(({ kind, content }) => kind === CHUNK_KIND && content.byteLength > 16)
            .map(({ content }) => decodeChunk(content))
            .map((chunk) => [chunk.index, chunk]),
        )
        const rest = [...chunks.values()].filter(({ index }) => index >= from).sort((a, b) => a.index - b.index)
        return { header, chunks: rest.slice(0, JOURNAL_PAGE), next: rest[JOURNAL_PAGE]?.index ?? null }
      }),

    remove: (recordingId) =>
      inOrder(recordingId, async () => {
        await opened
          .get(recordingId)
          ?.handle.close()
          .catch(() => undefined)
        opened.delete(recordingId)
        try {
          await rm(fileOf(recordingId), { force: true })
          await syncFolder(folder)
        } catch (error) {
          throw storageError(error)
        }
      }),

    async close() {
      await Promise.all(queues.values())
      await Promise.all([...opened.keys()].map(letGo))
    },
  }
}

async function writeWhole(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.byteLength - at, position + at)
    at += bytesWritten
  }
}
