import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/**
 * The files under `root` whose name or bytes hold any of `canaries`, with which and how. Searched are UTF-8, both UTF-16, base64 at
 * each of its three offsets, and the same inside whatever gzip, zlib or zip stream begins anywhere in the file. Snappy, in which
 * LevelDB packs its blocks, keeps the first occurrence of every run literally, so text none of whose four letters repeat is found raw.
 */
export async function whereFound(root: string, canaries: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(root.length)
    for (const canary of canaries) if (entry.name.includes(canary)) found.add(`${name}: ${canary} in its name`)
    // Gone meanwhile, or a socket.
    const bytes = await readFile(path).catch(() => Buffer.alloc(0))
    for (const canary of canariesIn(bytes, canaries)) found.add(`${name}: ${canary}`)
    for (const inner of unpacked(bytes))
      for (const canary of canariesIn(inner, canaries)) found.add(`${name}: ${canary}, packed`)
  }
  return [...found]
}

export function canariesIn(bytes: Buffer, canaries: readonly string[]): readonly string[] {
  return canaries.flatMap((canary) =>
    formsOf(canary)
      .filter(({ form }) => bytes.includes(form))
      .map(({ how }) => `${canary} (${how})`),
  )
}

function formsOf(text: string): readonly { readonly how: string; readonly form: Buffer }[] {
  const utf8 = Buffer.from(text, 'utf8')
  const utf16le = Buffer.from(text, 'utf16le')
  return [
    { how: 'UTF-8', form: utf8 },
    { how: 'UTF-16LE', form: utf16le },
    { how: 'UTF-16BE', form: Buffer.from(utf16le).swap16() },
    ...[0, 1, 2].map((offset) => ({ how: 'base64', form: base64Core(utf8, offset) })),
  ]
}

/** The letters of its base64 that depend on it alone, when it begins `offset` bytes into a group of three. */
function base64Core(bytes: Buffer, offset: number): Buffer {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  const whole = Math.floor(((offset + bytes.length) * 8) / 6)
  return Buffer.from(text.slice(Math.ceil((offset * 8) / 6), whole), 'latin1')
}

const STREAMS: readonly { readonly magic: Buffer; readonly unpack: (bytes: Buffer) => Buffer }[] = [
  { magic: Buffer.from([0x1f, 0x8b, 0x08]), unpack: (bytes) => gunzipSync(bytes, LENIENT) },
  { magic: Buffer.from([0x78, 0x9c]), unpack: (bytes) => inflateSync(bytes, LENIENT) },
  { magic: Buffer.from([0x78, 0xda]), unpack: (bytes) => inflateSync(bytes, LENIENT) },
  {
    magic: Buffer.from('PK\x03\x04', 'latin1'),
    unpack: (bytes) => inflateRawSync(bytes.subarray(30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28)), LENIENT),
  },
]
/** What follows the stream, or is missing at its end, does not matter here. */
const LENIENT = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 * 1024 }

function* unpacked(bytes: Buffer): Generator<Buffer> {
  for (const { magic, unpack } of STREAMS)
    for (let at = bytes.indexOf(magic); at !== -1; at = bytes.indexOf(magic, at + 1)) {
      try {
        yield unpack(bytes.subarray(at))
      } catch {
        // These bytes only look like the beginning of a stream.
      }
    }
}
