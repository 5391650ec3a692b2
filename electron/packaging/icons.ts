/** The sizes in pixels that Windows, macOS and Linux desktops ask an icon for. */
export const ICON_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const

/** A square PNG and the length of its side in pixels. */
export interface IconImage {
  readonly size: number
  readonly png: Uint8Array
}

/**
 * Windows icon file holding the PNGs of at most 256 pixels as they are (Windows Vista and later read them).
 * Layout: ICONDIR and ICONDIRENTRY of https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10).
 */
export function icoOf(images: readonly IconImage[]): Uint8Array {
  const held = images.filter(({ size }) => size <= 256)
  const header = Buffer.alloc(6 + 16 * held.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(held.length, 4)
  let offset = header.length
  for (const [index, { size, png }] of held.entries()) {
    const at = 6 + 16 * index
    // One byte a side: 256 is written as 0.
    header.writeUInt8(size % 256, at)
    header.writeUInt8(size % 256, at + 1)
    header.writeUInt16LE(1, at + 4)
    header.writeUInt16LE(32, at + 6)
    header.writeUInt32LE(png.length, at + 8)
    header.writeUInt32LE(offset, at + 12)
    offset += png.length
  }
  return Buffer.concat([header, ...held.map(({ png }) => png)])
}

/** Type of an element of an .icns file that holds a PNG, by its side; the second of a pair is the double-density one. */
const ICNS_TYPES: Readonly<Record<number, readonly string[]>> = {
  16: ['icp4'],
  32: ['icp5', 'ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
}

/** macOS icon file: `icns`, its length, then elements of type, length and PNG, all numbers big-endian. */
export function icnsOf(images: readonly IconImage[]): Uint8Array {
  const elements = images.flatMap(({ size, png }) =>
    (ICNS_TYPES[size] ?? []).map((type) => Buffer.concat([Buffer.from(type), uint32(png.length + 8), png])),
  )
  const length = elements.reduce((sum, element) => sum + element.length, 8)
  return Buffer.concat([Buffer.from('icns'), uint32(length), ...elements])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
