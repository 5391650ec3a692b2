import { SpiraError } from '@spira/shared/protocol/errors.ts'

export const WAV_HEADER_BYTES = 44

/**
 * Checks the canonical 44-byte RIFF header (Microsoft/IBM RIFF 1991, WAVE_FORMAT_PCM) of a whole file of `byteLength`
 * bytes: 16 kHz, mono, 16 bits, and exactly `sampleCount` samples.
 * @throws SpiraError audio_invalid
 */
export function checkWav(header: Buffer, byteLength: number, sampleCount: number): void {
  if (header.length < WAV_HEADER_BYTES) throw new SpiraError('audio_invalid', { detail: `only ${header.length} bytes` })
  const dataBytes = sampleCount * 2
  const expected: readonly (readonly [what: string, found: string | number, wanted: string | number])[] = [
    ['container', header.toString('latin1', 0, 4), 'RIFF'],
    ['form', header.toString('latin1', 8, 12), 'WAVE'],
    ['first chunk', header.toString('latin1', 12, 16), 'fmt '],
    ['format chunk length', header.readUInt32LE(16), 16],
    ['encoding', header.readUInt16LE(20), 1],
    ['channels', header.readUInt16LE(22), 1],
    ['samples a second', header.readUInt32LE(24), 16_000],
    ['bits a sample', header.readUInt16LE(34), 16],
    ['second chunk', header.toString('latin1', 36, 40), 'data'],
    ['data length', header.readUInt32LE(40), dataBytes],
    ['file length', byteLength, WAV_HEADER_BYTES + dataBytes],
  ]
  for (const [what, found, wanted] of expected) {
    if (found !== wanted) throw new SpiraError('audio_invalid', { detail: `${what} is ${found}, not ${wanted}` })
  }
}
