import { createHash, randomBytes } from 'node:crypto'
import { encodeWav } from '@spira/shared/signal/wav.ts'
import { deidentify, type FrozenItem } from '../../deidentification.ts'
import { exportKeys } from '../../exportKeys.ts'
import type { ExportSource } from '../layout.ts'

const RATE_HZ = 16_000

/** A voice of one pitch: its first ten harmonics, at -6 dB each, loud enough for a room that is silent. */
export function tone(hz: number, seconds: number) {
  const samples = Math.round(seconds * RATE_HZ)
  const pcm = Int16Array.from({ length: samples }, (_, at) => {
    let value = 0
    for (let harmonic = 1; harmonic <= 10; harmonic += 1)
      value += 0.5 ** harmonic * Math.sin((2 * Math.PI * hz * harmonic * at) / RATE_HZ)
    return Math.round(12_000 * value)
  })
  return { hz, samples, wav: encodeWav(pcm, RATE_HZ) }
}

/** A dataset version of one participant a sound, without a server. */
export function memorySource<Sound extends { readonly samples: number; readonly wav: Uint8Array }>(
  tones: readonly Sound[],
): ExportSource & { readonly tones: readonly Sound[]; readonly keyOf: (index: number) => string } {
  const secret = randomBytes(32)
  const sounds = new Map<string, Uint8Array>()
  const frozen = tones.map(({ samples, wav }, index): FrozenItem => {
    const sha256 = createHash('sha256').update(wav).digest('hex')
    sounds.set(sha256, wav)
    return {
      recordingId: `recording-${index}`,
      participantId: `participant-${index}`,
      siteId: `site-${index % 2}`,
      deviceId: `device-${index % 2}`,
      task: 'read-sentence',
      sha256,
      label: index % 2 === 0 ? 0 : 1,
      metadata: {
        device: 'cart',
        sample_count: samples,
        recorded_at: '2026-11-01T10:00:00.000Z',
        snr_db: 20.5 + index,
        age_years: 30 + index,
        sex: null,
      },
    }
  })
  const items = deidentify(frozen, { secret, scope: 'memory', cleared: [] })
  return {
    dataset: {
      name: 'In memory',
      description: '',
      contentHash: '0'.repeat(64),
      recordings: items.length,
      participants: items.length,
      present: Math.floor(items.length / 2),
      absent: Math.ceil(items.length / 2),
      simulated: true,
      frozenAt: new Date(0),
    },
    institution: null,
    items,
    columns: [...new Set(items.flatMap(({ row }) => Object.keys(row)))],
    audio: 'wav',
    readWav: async ({ sha256 }) => new Uint8Array(sounds.get(sha256) ?? []),
    tones,
    keyOf: (index) => exportKeys(secret, 'memory')('R', `recording-${index}`),
  }
}
