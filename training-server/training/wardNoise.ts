import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Experiment } from './experiment.ts'
import { RandomStream } from './randomStream.ts'
import { readSpeech } from './speech.ts'

export type Augmentation = (samples: Float32Array, recordingId: string) => Float32Array

/**
 * Changes training recordings before they are windowed. Ward noise as SPIRA inserts it: `slices` pieces at random places, each
 * scaled to a random peak. What is added follows from the seed and the recording's id alone.
 */
export async function createAugmentation(experiment: Experiment): Promise<Augmentation> {
  const { augmentation, seed } = experiment
  if (augmentation.kind === 'none') return (samples) => samples

  const names = (await readdir(augmentation.folder)).filter((name) => name.toLowerCase().endsWith('.wav')).sort()
  if (names.length === 0) throw new Error(`${augmentation.folder} holds no WAV file of ward noise.`)
  const noises = await Promise.all(names.map((name) => readSpeech(join(augmentation.folder, name))))
  const [lowest, highest] = augmentation.peak

  return (samples, recordingId) => {
    const random = new RandomStream(seed, `ward noise in ${recordingId}`)
    const noisy = Float32Array.from(samples)
    for (let slice = 0; slice < augmentation.slices; slice += 1) {
      const noise = noises[random.index(noises.length)] ?? new Float32Array(0)
      const length = Math.min(noise.length, samples.length)
      const from = random.index(noise.length - length + 1)
      const to = random.index(samples.length - length + 1)
      const [peak = 0] = random.uniform(1, lowest, highest)
      const piece = noise.subarray(from, from + length)
      const loudest = piece.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
      if (loudest === 0) continue
      for (const [at, value] of piece.entries()) noisy[to + at] = (noisy[to + at] ?? 0) + (value * peak) / loudest
    }
    return noisy
  }
}
