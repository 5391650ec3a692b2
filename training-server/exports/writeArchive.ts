import { createHash } from 'node:crypto'
import { ArchiveFile } from './archiveFile.ts'
import type { ExportFile } from './layouts/layout.ts'
import { StoredZip } from './storedZip.ts'

/**
 * Writes the files as one ZIP with a SHA256SUMS of all of them; one file, or a piece of a large one, is in memory at a time.
 *
 * @param onFile called after each file; throw there to stop.
 * @returns length and SHA-256 of the ZIP, and of each file in it.
 */
export async function writeArchive(
  files: Iterable<ExportFile>,
  path: string,
  onFile: (done: number) => void = () => undefined,
): Promise<{ readonly byteLength: number; readonly sha256: string; readonly sums: ReadonlyMap<string, string> }> {
  const zip = new StoredZip()
  const sums = new Map<string, string>()
  const out = await ArchiveFile.open(path)
  try {
    let done = 0
    for (const file of files) {
      sums.set(file.path, await add(out, zip, file))
      done += 1
      onFile(done)
    }
    const lines = [...sums].map(([file, sum]) => `${sum}  ${file}\n`)
    await out.write(zip.file('SHA256SUMS', Buffer.from(lines.join(''))))
    await out.write(zip.end())
    const sha256 = await out.end()
    return { byteLength: out.byteLength, sha256, sums }
  } finally {
    await out.close()
  }
}

/** @returns the file's SHA-256. */
async function add(out: ArchiveFile, zip: StoredZip, { path, content, sha256 }: ExportFile): Promise<string> {
  if (typeof content !== 'function' || sha256 !== undefined) {
    const bytes = typeof content === 'function' ? await whole(content()) : Buffer.from(content)
    const sum = sha256 ?? createHash('sha256').update(bytes).digest('hex')
    await out.write(zip.file(path, bytes))
    return sum
  }
  const hash = createHash('sha256')
  const entry = zip.begin(path)
  await out.write([entry.header])
  for await (const piece of content()) {
    hash.update(piece)
    entry.take(piece)
    await out.write([piece])
  }
  await out.write([entry.after()])
  return hash.digest('hex')
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  const [only] = all
  return all.length === 1 && only !== undefined ? only : Buffer.concat(all)
}
