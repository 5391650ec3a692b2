/** A POSIX tar of these files, written by other code than the reader's: fields by their offsets in IEEE 1003.1. */
export function tarOf(files: ReadonlyMap<string, Buffer>): Buffer<ArrayBuffer> {
  const blocks: Buffer[] = []
  for (const [name, bytes] of files) {
    const header = Buffer.alloc(512)
    const cut = name.length > 100 ? name.lastIndexOf('/') : -1
    header.write(name.slice(cut + 1), 0)
    header.write('0000644\0', 100)
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0', 136)
    header.write('        0', 148)
    header.write('ustar\u000000', 257)
    if (cut > 0) header.write(name.slice(0, cut), 345)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    blocks.push(header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512))
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
