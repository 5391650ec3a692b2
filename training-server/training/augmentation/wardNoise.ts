import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import { speechPower } from '../../evaluation/probes/noiseAtSnr.ts'
import { power } from '../../evaluation/probes/roomTone.ts'
import type { RandomStream } from '../randomStream.ts'
import { readSpeech } from '../speech.ts'
import type { AugmentationRule } from './augmentation.ts'

type WardNoiseRule = NonNullable<AugmentationRule['wardNoise']>

/** @throws when the folder holds no WAV file. */
export const readWardNoise = async (folder: string): Promise<Float32Array[]> =>
  Promise.all((await wavFilesIn(folder)).map(readSpeech))

async function wavFilesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith('.wav')).sort()
  if (names.length === 0) throw new Error(`${folder} holds no WAV file of ward noise.`)
  return names.map((name) => join(folder, name))
}

/** SHA-256 of the files of ward noise that training and the probes hear. A folder keeps its name when its files change. */
export interface NoiseFiles {
  readonly training: readonly string[]
  readonly probes: readonly string[]
}

export async function noiseFilesOf({
  augmentation: { wardNoise },
  evaluation: { wardNoiseFolder },
}: {
  readonly augmentation: Pick<AugmentationRule, 'wardNoise'>
  readonly evaluation: { readonly wardNoiseFolder: string | null }
}): Promise<NoiseFiles> {
  return { training: await hashesIn(wardNoise?.folder ?? null), probes: await hashesIn(wardNoiseFolder) }
}

async function hashesIn(folder: string | null): Promise<string[]> {
  const files = folder === null ? [] : await wavFilesIn(folder)
  return Promise.all(files.map(async (file) => sha256Hex(Uint8Array.from(await readFile(file)))))
}

/**
 * A copy with ward noise as SPIRA inserts it: `slices` pieces at random places, each scaled to a random peak, or to a random
 * distance below the speech.
 */
export function withWardNoise(
  samples: Float32Array,
  noises: readonly Float32Array[],
  { slices, level }: Pick<WardNoiseRule, 'slices' | 'level'>,
  random: RandomStream,
): Float32Array {
  const noisy = Float32Array.from(samples)
  const speech = level.by === 'snr' ? speechPower(samples) : 0
  for (let slice = 0; slice < slices; slice += 1) {
    const noise = noises[random.index(noises.length)] ?? new Float32Array(0)
    const length = Math.min(noise.length, samples.length)
    const from = random.index(noise.length - length + 1)
    const to = random.index(samples.length - length + 1)
    const [drawn = 0] = random.uniform(1, ...(level.by === 'peak' ? level.range : level.rangeDb))
    const piece = noise.subarray(from, from + length)
    const loudest = piece.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
    if (loudest === 0) continue
    const gain =
      level.by === 'peak' ? drawn / loudest : Math.sqrt(speech / power(piece, 0, length) / 10 ** (drawn / 10))
    for (const [at, value] of piece.entries()) noisy[to + at] = (noisy[to + at] ?? 0) + value * gain
  }
  return noisy
}
