import { RandomStream } from '../randomStream.ts'
import type { AugmentationRule } from './augmentation.ts'
import { readWardNoise, withWardNoise } from './wardNoise.ts'

export type SoundAugmentation = (samples: Float32Array, recordingId: string) => Float32Array

/** What changes a training recording before it is windowed: ward noise, then gain. */
export async function createSoundAugmentation({
  augmentation: { wardNoise, gain },
  seed,
}: {
  readonly augmentation: AugmentationRule
  readonly seed: number
}): Promise<SoundAugmentation> {
  const noises = wardNoise === null ? [] : await readWardNoise(wardNoise.folder)
  return (samples, recordingId) => {
    const heard =
      wardNoise === null
        ? samples
        : withWardNoise(samples, noises, wardNoise, new RandomStream(seed, `ward noise in ${recordingId}`))
    if (gain === null) return heard
    const [decibels = 0] = new RandomStream(seed, `gain of ${recordingId}`).uniform(1, ...gain.rangeDb)
    const factor = 10 ** (decibels / 20)
    return heard.map((value) => Math.max(-1, Math.min(1, factor * value)))
  }
}
