import { z } from 'zod'

const range = z.tuple([z.number(), z.number()]).refine(([lowest, highest]) => lowest <= highest, 'lowest comes first')

/**
 * What is done to training examples and to nothing else; each part is off (null) unless asked for. Everything follows from the
 * seed and the recording's id (sound) or the step (features): the same experiment trains on the same numbers.
 */
export const augmentationSchema = z.strictObject({
  /** So many differently changed versions of each training recording are made; every epoch hears one of them, drawn by the seed. */
  copies: z.int().min(1).max(20).default(1),
  /**
   * Ward noise in every training recording, the same number of slices in both classes: unequal counts become a cue for the label
   * (SPIRA's own experiment, ../shared/SPIRA.md).
   */
  wardNoise: z
    .strictObject({
      /** WAV files of ward noise. */
      folder: z.string().min(1),
      slices: z.int().min(1).max(20).default(3),
      level: z
        .discriminatedUnion('by', [
          /** Each slice is scaled to a peak drawn from this range, as SPIRA does. */
          z.strictObject({ by: z.literal('peak'), range: range.default([0.0335, 0.1923]) }),
          /** Each slice is scaled so that the recording's speech lies so many dB above it. */
          z.strictObject({ by: z.literal('snr'), rangeDb: range.default([5, 20]) }),
        ])
        .prefault({ by: 'peak' }),
    })
    .nullable()
    .default(null),
  /** Every training recording louder or softer by a random amount, clipped where a converter would. */
  gain: z
    .strictObject({ rangeDb: range.default([-6, 6]) })
    .nullable()
    .default(null),
  /**
   * Every training recording through another microphone: a high-pass and a shelf above, both drawn anew, so that no network learns
   * a device (channelFilter.ts).
   */
  channel: z
    .strictObject({ lowCutHz: range.default([40, 200]), shelfDb: range.default([-8, 8]) })
    .nullable()
    .default(null),
  /** Park et al. 2019, arXiv:1904.08779, without warping: stretches of time and of bands hidden, anew at every step. */
  specAugment: z
    .strictObject({
      timeMasks: z.int().min(0).max(10).default(2),
      /** Longest hidden stretch, in frames. */
      timeFrames: z.int().min(1).default(40),
      bandMasks: z.int().min(0).max(10).default(1),
      /** Most bands (or coefficients) hidden at once. */
      bands: z.int().min(1).default(6),
    })
    .nullable()
    .default(null),
  /** Zhang et al. 2018, arXiv:1710.09412: pairs of windows of one batch blended, labels with them; the share is Beta(alpha, alpha). */
  mixup: z
    .strictObject({ alpha: z.number().positive().max(1).default(0.2) })
    .nullable()
    .default(null),
})
export type AugmentationRule = z.infer<typeof augmentationSchema>
