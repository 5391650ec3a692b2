import { crc32 } from 'node:zlib'

const FLAG_UTF8 = 0x0800
/** Sum and size follow the bytes. */
const FLAG_DESCRIPTOR = 0x0008
const VERSION = 45
/** 1 January 2000, 00:00, as MS-DOS counts: the same in every archive, so that the same version gives the same bytes. */
const DOS_DATE = ((2000 - 1980) << 9) | (1 << 5) | 1
const UNIX_REGULAR_FILE = 0o100644
const LIMIT_32 = 0xffff_ffff

/**
 * A ZIP whose files are stored as they are (audio hardly shrinks), piece by piece: what `file` and `end` return is to be written in their
 * order. ZIP64 where an offset, a size or the number of files needs it (APPNOTE.TXT 6.3.10, 4.3.7 to 4.3.16).
 */
export class StoredZip {
  readonly #directory: Buffer[] = []
  #offset = 0
  #files = 0

  /** The next file, of which all bytes are there. */
  file(path: string, bytes: Uint8Array): readonly [header: Uint8Array, bytes: Uint8Array] {
    const name = Buffer.from(path)
    const described = { flags: FLAG_UTF8, sum: crc32(bytes), size: checked(path, bytes.length), name }
    const header = localHeader(described)
    this.#list(described)
    this.#advance(header.length + bytes.length)
    return [header, bytes]
  }

  /** The next file, of which the bytes come by and by; `after` is to be written behind them, before anything else. */
  begin(path: string): { readonly header: Uint8Array; take(bytes: Uint8Array): void; after(): Uint8Array } {
    const name = Buffer.from(path)
    const flags = FLAG_UTF8 | FLAG_DESCRIPTOR
    const header = localHeader({ flags, sum: 0, size: 0, name })
    let sum = 0
    let size = 0
    return {
      header,
      take: (bytes) => {
        sum = crc32(bytes, sum)
        size = checked(path, size + bytes.length)
      },
      after: () => {
        const descriptor = Buffer.alloc(16)
        descriptor.writeUInt32LE(0x08074b50, 0)
        descriptor.writeUInt32LE(sum, 4)
        descriptor.writeUInt32LE(size, 8)
        descriptor.writeUInt32LE(size, 12)
        this.#list({ flags, sum, size, name })
        this.#advance(header.length + size + descriptor.length)
        return descriptor
      },
    }
  }

  #advance(bytes: number): void {
    this.#offset += bytes
    this.#files += 1
  }

  /** The directory; after it nothing can be added. */
  end(): readonly Uint8Array[] {
    const size = this.#directory.reduce((sum, entry) => sum + entry.length, 0)
    const start = this.#offset
    const large = this.#files >= 0xffff || start >= LIMIT_32 || size >= LIMIT_32
    const end = Buffer.alloc(22)
    end.writeUInt32LE(0x06054b50, 0)
    end.writeUInt16LE(Math.min(0xffff, this.#files), 8)
    end.writeUInt16LE(Math.min(0xffff, this.#files), 10)
    end.writeUInt32LE(Math.min(LIMIT_32, size), 12)
    end.writeUInt32LE(Math.min(LIMIT_32, start), 16)
    return [...this.#directory, ...(large ? this.#zip64End(size, start) : []), end]
  }

  #zip64End(size: number, start: number): Buffer[] {
    const record = Buffer.alloc(56)
    record.writeUInt32LE(0x06064b50, 0)
    record.writeBigUInt64LE(44n, 4)
    record.writeUInt16LE((3 << 8) | VERSION, 12)
    record.writeUInt16LE(VERSION, 14)
    record.writeBigUInt64LE(BigInt(this.#files), 24)
    record.writeBigUInt64LE(BigInt(this.#files), 32)
    record.writeBigUInt64LE(BigInt(size), 40)
    record.writeBigUInt64LE(BigInt(start), 48)
    const locator = Buffer.alloc(20)
    locator.writeUInt32LE(0x07064b50, 0)
    locator.writeBigUInt64LE(BigInt(start + size), 8)
    locator.writeUInt32LE(1, 16)
    return [record, locator]
  }

  /** An entry of the directory, with a ZIP64 field where the file begins past 4 GiB. */
  #list(described: Described): void {
    const far = this.#offset >= LIMIT_32
    const extra = Buffer.alloc(far ? 12 : 0)
    if (far) {
      extra.writeUInt16LE(1, 0)
      extra.writeUInt16LE(8, 2)
      extra.writeBigUInt64LE(BigInt(this.#offset), 4)
    }
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE((3 << 8) | VERSION, 4)
    entry.writeUInt16LE(far ? VERSION : 20, 6)
    describe(entry, 8, described)
    entry.writeUInt16LE(extra.length, 30)
    entry.writeUInt32LE(UNIX_REGULAR_FILE * 0x10000, 38)
    entry.writeUInt32LE(Math.min(LIMIT_32, this.#offset), 42)
    this.#directory.push(Buffer.concat([entry, described.name, extra]))
  }
}

interface Described {
  readonly flags: number
  readonly sum: number
  readonly size: number
  readonly name: Buffer
}

function localHeader(described: Described): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  describe(header, 6, described)
  return Buffer.concat([header, described.name])
}

/** What header and directory say alike, from the flags on. */
function describe(into: Buffer, at: number, { flags, sum, size, name }: Described): void {
  into.writeUInt16LE(flags, at)
  into.writeUInt16LE(DOS_DATE, at + 6)
  into.writeUInt32LE(sum, at + 8)
  into.writeUInt32LE(size, at + 12)
  into.writeUInt32LE(size, at + 16)
  into.writeUInt16LE(name.length, at + 20)
}

function checked(path: string, size: number): number {
  if (size >= LIMIT_32) throw new RangeError(`${path} has 4 GiB or more`)
  return size
}
