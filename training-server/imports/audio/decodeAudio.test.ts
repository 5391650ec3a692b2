import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { IMPORT_LIMITS } from '@spira/shared/protocol/importsApi.ts'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { wavToFlac } from '../../exports/flac.ts'
import { AudioFailure } from './audioFailure.ts'
import { decodeAudio } from './decodeAudio.ts'
import { oggPackets, pageChecksum } from './oggPackets.ts'

const fixture = (kind: string): Promise<Buffer> => readFile(join(import.meta.dirname, '../fixtures', `tone.${kind}`))
const failureOf = (bytes: Uint8Array) =>
  decodeAudio(bytes).then(
    () => null,
    (error: unknown) => (error instanceof AudioFailure ? error.reason : error),
  )

/** Power of one frequency (Goertzel), against the power of all. */
function shareAt(samples: Float32Array, hz: number): number {
  let [re, im, all] = [0, 0, 0]
  for (const [at, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * hz * at) / 16_000)
    im += sample * Math.sin((2 * Math.PI * hz * at) / 16_000)
    all += sample * sample
  }
  return (2 * (re * re + im * im)) / (samples.length * all)
}

test.each([
  ['flac', 'flac', 48_000, 2],
  ['ogg', 'ogg-vorbis', 44_100, 2],
  ['opus', 'ogg-opus', 48_000, 2],
  ['mp3', 'mp3', 22_050, 1],
])('%s: both channels are in the mean, and a second is a second', async (kind, format, sampleRateHz, channelCount) => {
  const audio = await decodeAudio(await fixture(kind))
  expect(audio).toMatchObject({ format, sampleRateHz, channelCount })
  // An encoder of MP3 pads with some milliseconds of silence.
  expect(audio.samples.length / 16_000).toBeCloseTo(0.8, kind === 'mp3' ? 0 : 2)
  expect(shareAt(audio.samples, 440)).toBeGreaterThan(0.42)
  expect(shareAt(audio.samples, 660)).toBeGreaterThan(0.42)
})

test('FLAC of 16 bits gives the very samples that went in, from rail to rail', async () => {
  const pcm = Int16Array.from({ length: 20_000 }, (_, at) =>
    at % 500 === 0
      ? -32_768
      : at % 501 === 0
        ? 32_767
        : at % 7 === 0
          ? 0
          : at < 10_000
            ? ((at * 7919) % 65_536) - 32_768
            : ((at * 7919) % 601) - 300,
  )
  const { samples, clippedShare } = await decodeAudio(await wavToFlac(encodeWav(pcm, 16_000)))
  expect(floatToPcm16(samples)).toEqual(pcm)
  expect(clippedShare).toBeGreaterThan(0.003)
})

test('a file cut off, filled with noise, or of another kind is refused and says why', async () => {
  const flac = await fixture('flac')
  const noisy = Buffer.from(flac)
  for (let at = 4000; at < 9000; at += 7) noisy[at] = (noisy[at] ?? 0) ^ 0x5a
  expect(await failureOf(noisy)).toBe('damaged')
  for (const kind of ['flac', 'ogg', 'opus']) {
    const whole = await fixture(kind)
    expect(await failureOf(whole.subarray(0, whole.length * 0.7)), `${kind}, cut off`).toBe('damaged')
  }
  expect(await failureOf(Buffer.from('PK\u0003\u0004 an archive'))).toBe('unknown-format')
  expect(await failureOf(Buffer.from('<html><script>'))).toBe('unknown-format')
  expect(await failureOf(Buffer.alloc(0))).toBe('unknown-format')
  expect(await failureOf(Buffer.from('ID3\u0004\0\0\0\0\0\0 and no frame at all'))).toBe('damaged')
  expect(await failureOf(Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(200, 0xff)]))).toBe('damaged')
})

/** A WAV head that says whatever is asked of it. */
function wav(claims: { rate?: number; channels?: number; bits?: number; dataBytes: number }, data: Uint8Array): Buffer {
  const head = Buffer.alloc(44)
  head.write('RIFF\0\0\0\0WAVEfmt ', 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(claims.channels ?? 1, 22)
  head.writeUInt32LE(claims.rate ?? 16_000, 24)
  head.writeUInt16LE(claims.bits ?? 16, 34)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(claims.dataBytes, 40)
  return Buffer.concat([head, data])
}

test('a head that claims what is not there costs nothing', async () => {
  const data = Buffer.alloc(3200)
  expect(await failureOf(wav({ dataBytes: 0xffff_fff0 }, data))).toBe('damaged')
  expect(await failureOf(wav({ dataBytes: 3200, channels: 0 }, data))).toBe('damaged')
  expect(await failureOf(wav({ dataBytes: 3200, rate: 4_000_000_000 }, data))).toBe('unusual-rate')
  expect(await failureOf(wav({ dataBytes: 3200, rate: 0 }, data))).toBe('damaged')
  expect(await failureOf(wav({ dataBytes: 3200, bits: 13 }, data))).toBe('damaged')
  expect(await failureOf(wav({ dataBytes: 0 }, Buffer.alloc(0)))).toBe('empty')
})

/** FLAC of `blocks` blocks of 65,535 equal samples: 14 bytes for each second and more (RFC 9639). */
function flacBomb(blocks: number): Buffer {
  const info = Buffer.from('664c614380000022', 'hex')
  const body = Buffer.alloc(34)
  body.writeUInt16BE(65_535, 0)
  body.writeUInt16BE(65_535, 2)
  // 44.1 kHz, one channel, 16 bits, so many samples that it does not say.
  body.writeUInt32BE((44_100 << 12) | (15 << 4), 10)
  const frames = Array.from({ length: blocks }, (_, number) => flacFrame(number))
  return Buffer.concat([info, body, ...frames])
}

function flacFrame(number: number): Buffer {
  const utf8 = Buffer.from(String.fromCodePoint(number), 'utf8')
  // Sync, fixed block size given in 16 bits; 44.1 kHz; mono, 16 bits; then the number and the size.
  const head = Buffer.concat([Buffer.from([0xff, 0xf8, 0x79, 0x08]), utf8, Buffer.from([0xff, 0xfe])])
  const withCrc = Buffer.concat([head, Buffer.from([crc(head, 8, 0x07)])])
  // One constant subframe of zero.
  const frame = Buffer.concat([withCrc, Buffer.from([0, 0, 0])])
  const check = Buffer.alloc(2)
  check.writeUInt16BE(crc(frame, 16, 0x8005))
  return Buffer.concat([frame, check])
}

function crc(bytes: Buffer, width: 8 | 16, polynomial: number): number {
  const [top, mask] = [1 << (width - 1), (1 << width) - 1]
  let value = 0
  for (const byte of bytes) {
    value ^= byte << (width - 8)
    for (let bit = 0; bit < 8; bit += 1) value = (value & top ? (value << 1) ^ polynomial : value << 1) & mask
  }
  return value
}

test('a few kilobytes that swell to hours are stopped at the longest length', async () => {
  const short = await decodeAudio(flacBomb(2))
  expect(short.samples.length).toBe(Math.ceil((2 * 65_535 * 16_000) / 44_100))
  const bomb = flacBomb(1800)
  expect(bomb.length).toBeLessThan(32_000)
  const before = process.memoryUsage().rss
  expect(await failureOf(bomb)).toBe('too-long')
  // 1,800 blocks are 470 MB of samples; what is kept is ten minutes at most.
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 ** 2)
  expect((1800 * 65_535) / 44.1).toBeGreaterThan(4 * IMPORT_LIMITS.audioMs)
})

/** Packets shorter than 255 bytes as Ogg pages; every page claims to end at `position`. */
function oggOf(packets: readonly Uint8Array[], position: number): Buffer {
  const pages: Buffer[] = []
  // The first packet has the first page to itself.
  for (let at = 0; at < packets.length; at += at === 0 ? 1 : 255) {
    const of = packets.slice(at, at === 0 ? 1 : at + 255)
    const head = Buffer.alloc(27)
    head.write('OggS', 'latin1')
    head[5] = (at === 0 ? 2 : 0) | (at + of.length >= packets.length ? 4 : 0)
    head.writeBigInt64LE(BigInt(position), 6)
    head.writeUInt32LE(pages.length, 18)
    head[26] = of.length
    const page = Buffer.concat([head, Buffer.from(of.map(({ length }) => length)), ...of])
    page.writeUInt32LE(pageChecksum(page), 22)
    pages.push(page)
  }
  return Buffer.concat(pages)
}

test('Ogg that says it is too long, or is and says it is short, is refused before it swells', async () => {
  const [vorbis] = oggPackets(await fixture('ogg')).packets
  const [opus] = oggPackets(await fixture('opus')).packets
  if (vorbis === undefined || opus === undefined) throw new Error('The fixtures have no head.')
  const tooLong = (IMPORT_LIMITS.audioMs / 1000 + 1) * 48_000
  const nothing = new Uint8Array(1)
  expect(await failureOf(oggOf([vorbis, nothing], tooLong))).toBe('too-long')
  const many = Array.from({ length: 120_000 }, () => nothing)
  expect(await failureOf(oggOf([vorbis, ...many], 1000))).toBe('too-long')
  // A byte of Opus is 60 ms of silence (RFC 6716, 3.1): twelve minutes in 24 kB.
  const silence = Array.from({ length: 12_000 }, () => Uint8Array.of(11 << 3))
  const bomb = oggOf([opus, nothing, ...silence], 12_000 * 2880)
  expect(bomb.length).toBeLessThan(30_000)
  expect(await failureOf(bomb)).toBe('too-long')
})
