import { ArchiveFile } from './archiveFile.ts'
import type { ExportFile } from './layouts/layout.ts'
import { readAhead } from '../blobs/readAhead.ts'
import { StoredZip } from './storedZip.ts'

/**
 * Writes the files as one ZIP with a SHA256SUMS of all of them; a few files, or a few pieces of a large one, are in memory at a time.
 *
 * @returns length and SHA-256 of the ZIP, and of each file in it.
 */
export async function writeArchive(
  files: Iterable<ExportFile>,
  path: string,
): Promise<{ readonly byteLength: number; readonly sha256: string; readonly sums: ReadonlyMap<string, string> }> {
  const zip = new StoredZip()
  const known = new Map<string, string>()
  const order: string[] = []
  const out = await ArchiveFile.open(path)
  try {
    for await (const file of readAhead(files, opened)) {
      order.push(file.path)
      if (file.sha256 !== undefined) known.set(file.path, file.sha256)
      await add(out, zip, file)
    }
    const hashed = await out.sums()
    const sums = new Map(order.map((file) => [file, known.get(file) ?? hashed.get(file) ?? missing(file)]))
    const lines = [...sums].map(([file, sum]) => `${sum}  ${file}\n`)
    for (const bytes of zip.file('SHA256SUMS', Buffer.from(lines.join('')))) await out.write(bytes)
    for (const bytes of zip.end()) await out.write(bytes)
    const sha256 = await out.end()
    return { byteLength: out.byteLength, sha256, sums }
  } finally {
    await out.close()
  }
}

/** A file whose bytes are there, or come piece by piece. */
interface OpenedFile {
  readonly path: string
  readonly sha256: string | undefined
  readonly content: Uint8Array | (() => AsyncIterable<Uint8Array>)
}

async function opened({ path, content, sha256 }: ExportFile): Promise<OpenedFile> {
  if (typeof content === 'string') return { path, sha256, content: Buffer.from(content) }
  return { path, sha256, content: 'whole' in content ? await content.whole() : content.pieces }
}

async function add(out: ArchiveFile, zip: StoredZip, { path, content, sha256 }: OpenedFile): Promise<void> {
  const hashedAs = sha256 === undefined ? path : null
  if (typeof content !== 'function') {
    const [header, bytes] = zip.file(path, content)
    await out.write(header)
    await out.write(bytes, hashedAs)
    return
  }
  const entry = zip.begin(path)
  await out.write(entry.header)
  for await (const piece of content()) {
    entry.take(piece)
    await out.write(piece, hashedAs)
  }
  await out.write(entry.after())
}

function missing(file: string): never {
  throw new Error(`${file} was not hashed`)
}
