const BLOCK = 512
/** 1 January 2000: the same in every archive, so that the same version gives the same bytes. */
const MTIME_S = 946_684_800

/**
 * A regular file of a tar (POSIX.1-1988 ustar, as `pax` describes the interchange format): header, bytes and the padding to whole
 * blocks. The bytes are passed on as they are, so that a shard costs no copy of its audio.
 *
 * @throws RangeError a name of more than 100 bytes: ours are keys.
 */
export function tarEntry(name: string, bytes: Uint8Array): readonly Uint8Array[] {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`${name} is too long a name for a tar`)
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0)
  octal(header, 100, 8, 0o644)
  octal(header, 108, 8, 0)
  octal(header, 116, 8, 0)
  octal(header, 124, 12, bytes.length)
  octal(header, 136, 12, MTIME_S)
  header.write('0', 156)
  header.write('ustar\u{0}00', 257, 'latin1')
  octal(header, 329, 8, 0)
  octal(header, 337, 8, 0)
  // The sum is over the header with blanks in its own place.
  header.fill(' ', 148, 156)
  let sum = 0
  for (const byte of header) sum += byte
  octal(header, 148, 8, sum)
  const padding = (BLOCK - (bytes.length % BLOCK)) % BLOCK
  return padding === 0 ? [header, bytes] : [header, bytes, Buffer.alloc(padding)]
}

/** Two empty blocks end a tar. */
export const tarEnd = (): Uint8Array => Buffer.alloc(2 * BLOCK)

/** Digits in a field of `width` with the NUL that ends it. */
const octal = (into: Buffer, at: number, width: number, value: number): void =>
  void into.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1')
