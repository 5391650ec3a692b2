import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { ExportFile } from './layouts/layout.ts'

/** The same in every archive, so that the same version gives the same bytes. Audio hardly shrinks: it is stored as it is. */
const ENTRY = {
  mtime: new Date('2000-01-01T00:00:00Z'),
  mode: 0o100644,
  compress: false,
  forceDosTimestamp: false,
} as const

/**
 * Writes the files as one ZIP with a SHA256SUMS of all of them; one file is open at a time, whatever their number.
 *
 * @param onFile called after each file; throw there to stop.
 * @returns length and SHA-256 of the ZIP, and of each file in it.
 */
export async function writeArchive(
  files: Iterable<ExportFile>,
  path: string,
  onFile: (done: number) => void = () => undefined,
): Promise<{ readonly byteLength: number; readonly sha256: string; readonly sums: ReadonlyMap<string, string> }> {
  const zip = new ZipFile()
  const sums = new Map<string, string>()
  const out = createWriteStream(path, { mode: 0o600 })
  const hash = createHash('sha256')
  let byteLength = 0
  const written = pipeline(
    Readable.from(zip.outputStream),
    async function* (pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        hash.update(piece)
        byteLength += piece.length
        yield piece
      }
    },
    out,
  )
  const failed = written.then(() => undefined)
  // Awaited below; until then a failure of the disk must not count as unhandled.
  failed.catch(() => undefined)
  let done = 0
  for (const file of files) {
    const stream = Readable.from(summed(file, sums))
    zip.addReadStream(stream, file.path, ENTRY)
    // The next file is begun when this one is in: memory and open files stay flat.
    await Promise.race([once(stream, 'close'), failed])
    done += 1
    onFile(done)
  }
  const lines = [...sums].map(([file, sum]) => `${sum}  ${file}\n`)
  zip.addBuffer(Buffer.from(lines.join('')), 'SHA256SUMS', ENTRY)
  zip.end()
  await written
  return { byteLength, sha256: hash.digest('hex'), sums }
}

async function* summed({ path, content }: ExportFile, sums: Map<string, string>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  const pieces =
    typeof content === 'function' ? content() : [typeof content === 'string' ? Buffer.from(content) : content]
  for await (const piece of pieces) {
    hash.update(piece)
    yield piece
  }
  sums.set(path, hash.digest('hex'))
}
