import { RandomStream } from '../randomStream.ts'
import type { AugmentationRule } from './augmentation.ts'
import { throughChannel } from './channelFilter.ts'
import { readWardNoise, withWardNoise } from './wardNoise.ts'

/** @param copy which version of the recording, from 0. */
export type SoundAugmentation = (samples: Float32Array, recordingId: string, copy?: number) => Float32Array

/** What changes a training recording before it is windowed: ward noise, then the channel that both go through, then gain. */
export async function createSoundAugmentation({
  augmentation: { wardNoise, channel, gain },
  seed,
}: {
  readonly augmentation: AugmentationRule
  readonly seed: number
}): Promise<SoundAugmentation> {
  const noises = wardNoise === null ? [] : await readWardNoise(wardNoise.folder)
  return (samples, recordingId, copy = 0) => {
    const name = copy === 0 ? recordingId : `${recordingId}, copy ${copy}`
    const uniform = (what: string, [from, to]: readonly [number, number]): number =>
      new RandomStream(seed, `${what} of ${name}`).uniform(1, from, to)[0] ?? from
    let heard = samples
    if (wardNoise !== null)
      heard = withWardNoise(heard, noises, wardNoise, new RandomStream(seed, `ward noise in ${name}`))
    if (channel !== null) {
      const [lowCutHz, shelfDb] = [uniform('low cut', channel.lowCutHz), uniform('shelf', channel.shelfDb)]
      heard = throughChannel(heard, { lowCutHz, shelfDb })
    }
    if (gain !== null) {
      const factor = 10 ** (uniform('gain', gain.rangeDb) / 20)
      heard = heard.map((value) => Math.max(-1, Math.min(1, factor * value)))
    }
    return heard
  }
}
