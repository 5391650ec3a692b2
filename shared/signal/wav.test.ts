import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeWav, encodeWav, floatToPcm16, pcm16ToFloat, WavError, wavHeader } from './wav.ts'

const uint32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]

/** A WAV file of any format: chunks are [id, body]. */
const riff = (...chunks: readonly (readonly [string, Uint8Array])[]): Uint8Array => {
  const bytes: number[] = []
  for (const [id, body] of chunks)
    bytes.push(...Buffer.from(id), ...uint32(body.length), ...body, ...(body.length % 2 ? [0] : []))
  return Uint8Array.from([...Buffer.from('RIFF'), ...uint32(4 + bytes.length), ...Buffer.from('WAVE'), ...bytes])
}

const fmt = (code: number, channels: number, rate: number, bits: number): Uint8Array => {
  const body = Buffer.alloc(16)
  body.writeUInt16LE(code, 0)
  body.writeUInt16LE(channels, 2)
  body.writeUInt32LE(rate, 4)
  body.writeUInt32LE((rate * channels * bits) / 8, 8)
  body.writeUInt16LE((channels * bits) / 8, 12)
  body.writeUInt16LE(bits, 14)
  return body
}

describe('WAV', () => {
  test('PCM16 comes back sample for sample', () => {
    fc.assert(
      fc.property(fc.int16Array({ maxLength: 500 }), fc.constantFrom(8_000, 16_000, 44_100, 96_000), (pcm, rate) => {
        const decoded = decodeWav(encodeWav(pcm, rate))
        expect(decoded.sampleRateHz).toBe(rate)
        expect(decoded.channelCount).toBe(1)
        expect(floatToPcm16(decoded.samples)).toEqual(pcm)
        expect(decoded.samples).toEqual(pcm16ToFloat(pcm))
      }),
    )
  })

  test('the header is the 44 bytes every reader knows', () => {
    expect(Buffer.from(wavHeader(2, 16_000)).toString('hex')).toBe(
      '524946462800000057415645666d74201000000001000100803e0000007d0000020010006461746104000000',
    )
    expect(() => wavHeader(2 ** 31, 16_000)).toThrow(WavError)
  })

  test('floats are clamped and rounded', () => {
    expect([...floatToPcm16(Float32Array.of(2, -2, 1, -1, 0.4 / 32768, 0.6 / 32768, NaN))]).toEqual([
      32767, -32768, 32767, -32768, 0, 1, 0,
    ])
  })

  test.each([
    { name: '8 bits', code: 1, bits: 8, body: [0, 128, 192], samples: [-1, 0, 0.5] },
    { name: '24 bits', code: 1, bits: 24, body: [0, 0, 0xc0, 0, 0, 0x40], samples: [-0.5, 0.5] },
    { name: '32 bits', code: 1, bits: 32, body: [0, 0, 0, 0x80, 0, 0, 0, 0x40], samples: [-1, 0.5] },
    { name: 'float', code: 3, bits: 32, body: [0, 0, 0x80, 0x3f, 0, 0, 0, 0xbf], samples: [1, -0.5] },
  ])('$name are read', ({ code, bits, body, samples }) => {
    expect([...decodeWav(riff(['fmt ', fmt(code, 1, 48_000, bits)], ['data', Uint8Array.from(body)])).samples]).toEqual(
      samples,
    )
  })

  test('channels are averaged, other chunks skipped, extensible formats read', () => {
    const stereo = Int16Array.of(16384, 0, -16384, 16384)
    const extensible = Uint8Array.from([
      ...fmt(0xfffe, 2, 44_100, 16),
      22,
      0,
      16,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      ...new Uint8Array(14),
    ])
    const file = riff(['LIST', Uint8Array.of(1, 2, 3)], ['fmt ', extensible], ['data', new Uint8Array(stereo.buffer)])
    const shifted = new Uint8Array(file.length + 1)
    shifted.set(file, 1)
    expect(decodeWav(shifted.subarray(1))).toEqual({
      sampleRateHz: 44_100,
      channelCount: 2,
      samples: Float32Array.of(0.25, 0),
    })
  })

  const whole = encodeWav(Int16Array.of(1, 2, 3), 16_000)
  test.each([
    { why: 'nothing', bytes: new Uint8Array(0), message: 'Not a WAV file' },
    {
      why: 'a page of a captive portal',
      bytes: Buffer.from('<html><body>Log in</body></html>'),
      message: 'Not a WAV file',
    },
    {
      why: 'a cut end',
      bytes: whole.subarray(0, 47),
      message: '"data" chunk at byte 36 claims 6 bytes, but the file ends after 3',
    },
    { why: 'no samples', bytes: whole.subarray(0, 36), message: 'has no "data" chunk' },
    { why: 'data first', bytes: riff(['data', new Uint8Array(2)]), message: 'comes before any "fmt " chunk' },
    { why: 'a short format', bytes: riff(['fmt ', new Uint8Array(4)]), message: 'has 4 bytes, 16 are the least' },
    { why: 'MP3 inside', bytes: riff(['fmt ', fmt(0x55, 1, 44_100, 16)]), message: 'declares format 85 with 16 bits' },
    { why: 'no channel', bytes: riff(['fmt ', fmt(1, 0, 44_100, 16)]), message: 'declares 0 channels at 44100 Hz' },
    {
      why: 'half a sample',
      bytes: riff(['fmt ', fmt(1, 1, 8000, 16)], ['data', new Uint8Array(3)]),
      message: 'whole number of 2-byte',
    },
  ])('a file with $why is refused in words', ({ bytes, message }) => {
    expect(() => decodeWav(bytes)).toThrow(WavError)
    expect(() => decodeWav(bytes)).toThrow(message)
  })

  test('no bytes at all make anything but a WavError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(60), (noise, at) => {
        const bytes = Uint8Array.from(whole)
        bytes.set(noise.subarray(0, bytes.length - Math.min(at, bytes.length)), Math.min(at, bytes.length))
        try {
          decodeWav(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(WavError)
        }
      }),
    )
  })
})
