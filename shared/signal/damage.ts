/** Clipped and dropped samples, counted as the recording runs. */
export interface DamageMeter {
  push(sample: number): void
  clippedSamples(): number
  droppedSamples(): number
  /** How many times a block was dropped. */
  droppedBlocks(): number
}

/** A converter at its limit holds full scale for several samples; one sample there is a loud peak. */
const CLIPPED_LEVEL = 0.999
const CLIPPED_RUN = 3
/**
 * Chromium's AudioWorklet fills a block it dropped with 10 ms of exact zeros; resampled to 16 kHz at least 8.6 ms of them stay zero
 * (facts measured in Chromium). Real rooms are never exactly zero for 8 ms, except through a microphone without any noise.
 */
const DROPPED_RUN = 128
/** So a run counts only where the sound just before it (1 ms: what a resampler's filter blurs) was above three 16-bit steps. */
const SOUND_LEVEL = 3 / 32768
const SOUND_REACH = 16

/**
 * For 16 kHz samples in [-1, 1]. Zeros before the first and after the last sound are a microphone starting or stopping, not a drop.
 * Limit: clipping before a resampler or a lossy codec is rounded off and counted only in part.
 */
export const createDamageMeter = (): DamageMeter => {
  let clipped = 0
  let atLimit = 0
  let dropped = 0
  let droppedBlocks = 0
  let zeros = 0
  let zerosFollowSound = false
  let sinceSound = Infinity
  return {
    push: (sample) => {
      const level = Math.abs(sample)
      if (level >= CLIPPED_LEVEL) {
        atLimit++
        if (atLimit === CLIPPED_RUN) clipped += CLIPPED_RUN
        else if (atLimit > CLIPPED_RUN) clipped++
      } else atLimit = 0

      if (sample === 0) {
        if (zeros === 0) zerosFollowSound = sinceSound <= SOUND_REACH
        zeros++
      } else {
        if (zeros >= DROPPED_RUN && zerosFollowSound) {
          dropped += zeros
          droppedBlocks++
        }
        zeros = 0
      }
      sinceSound = level >= SOUND_LEVEL ? 0 : sinceSound + 1
    },
    clippedSamples: () => clipped,
    droppedSamples: () => dropped,
    droppedBlocks: () => droppedBlocks,
  }
}
