import { readFile } from 'node:fs/promises'

/** Windows of a recording, one after the other, as little-endian float32: what every processor Node runs on has. */
export function featureFileBytes(windows: readonly Float32Array[]): Uint8Array {
  return Buffer.concat(windows.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)))
}

/** @throws RangeError where the file does not hold whole windows of so many values. */
export async function readFeatureFile(path: string, valuesPerWindow: number): Promise<Float32Array[]> {
  const bytes = await readFile(path)
  const windowBytes = 4 * valuesPerWindow
  if (bytes.length === 0 || bytes.length % windowBytes !== 0)
    throw new RangeError(`${path} has ${bytes.length} bytes, which are no windows of ${valuesPerWindow} values.`)
  // Copied, because float32 must begin at a multiple of 4.
  return Array.from({ length: bytes.length / windowBytes }, (_, at) => {
    const window = Uint8Array.from(bytes.subarray(at * windowBytes, (at + 1) * windowBytes))
    return new Float32Array(window.buffer)
  })
}
