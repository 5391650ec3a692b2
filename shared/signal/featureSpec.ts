import { z } from 'zod'
import { sha256Hex, utf8 } from '../protocol/bytes.ts'
import { canonicalJson } from '../protocol/canonicalJson.ts'

const frames = {
  sampleRateHz: z.literal(16_000),
  nFft: z.number().int().positive(),
  /** Periodic Hann window, centred in the FFT frame. */
  winLength: z.number().int().positive(),
  hopLength: z.number().int().positive(),
  /** Frames are centred on their time, the signal's ends reflected. */
  padding: z.literal('reflect'),
}

const mel = {
  nMels: z.number().int().positive(),
  fMinHz: z.number().nonnegative(),
  fMaxHz: z.number().positive(),
  melScale: z.literal('htk'),
  melNorm: z.literal('none'),
}

/** What is computed from 16 kHz mono samples in [-1, 1]. Its hash travels with every model (promise 4). */
export const featureSpecSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('spectrogram'), ...frames }),
  z.object({ kind: z.literal('mel'), ...frames, ...mel }),
  /** Natural logarithm of mel power plus `offset`. */
  z.object({ kind: z.literal('log-mel'), ...frames, ...mel, offset: z.number().positive() }),
  /** 10 log10 of mel power, floored `topDb` below the clip's largest value, then an orthonormal DCT-II. */
  z.object({
    kind: z.literal('mfcc'),
    ...frames,
    ...mel,
    nMfcc: z.number().int().positive(),
    topDb: z.number().positive(),
  }),
])
export type FeatureSpec = z.infer<typeof featureSpecSchema>

export const featureSpecHash = (spec: FeatureSpec): Promise<string> => sha256Hex(utf8(canonicalJson(spec)))

const spiraFrames = { sampleRateHz: 16_000, nFft: 1200, winLength: 400, hopLength: 160, padding: 'reflect' } as const
const spiraMel = { nMels: 40, fMinHz: 0, fMaxHz: 8000, melScale: 'htk', melNorm: 'none' } as const

/** SPIRA v1's MFCC: 40 coefficients of 40 mel bands, [frame][coefficient]; 401 frames in a 4 s window. */
export const SPIRA_MFCC = {
  kind: 'mfcc',
  ...spiraFrames,
  ...spiraMel,
  nMfcc: 40,
  topDb: 80,
} as const satisfies FeatureSpec
export const SPIRA_MEL = { kind: 'mel', ...spiraFrames, ...spiraMel } as const satisfies FeatureSpec
export const SPIRA_SPECTROGRAM = { kind: 'spectrogram', ...spiraFrames } as const satisfies FeatureSpec
/** The compact network's input: 64 bands, 64 ms windows every 20 ms. */
export const LOG_MEL_64 = {
  kind: 'log-mel',
  sampleRateHz: 16_000,
  nFft: 1024,
  winLength: 1024,
  hopLength: 320,
  padding: 'reflect',
  ...spiraMel,
  nMels: 64,
  offset: 1e-6,
} as const satisfies FeatureSpec
