import { createDct } from './dct.ts'
import type { FeatureSpec } from './featureSpec.ts'
import { createMelFilterbank } from './melFilterbank.ts'
import { createPowerSpectrum } from './powerSpectrum.ts'

/**
 * The two halves of every feature: what one frame's samples decide alone (power, mel power, its logarithm or dB), in float64, and what
 * needs the whole clip (the dB floor and the DCT of MFCC). A stream keeps the first half and repeats only the second.
 */
export interface FrameComputer {
  /** Values a frame holds before `finish`. */
  readonly rowLength: number
  /** Values a frame has in the feature. */
  readonly bins: number
  /** Samples that a frame at time t touches: t + firstSample .. t + firstSample + sampleSpan - 1. */
  readonly firstSample: number
  readonly sampleSpan: number
  /** A frame whose samples all lie in `samples`, from `start`. */
  inside(samples: Float32Array, start: number, rows: Float64Array, offset: number): void
  /** A frame whose samples `clipStart + start ...` may lie outside the clip: its ends are reflected (numpy and torch "reflect"). */
  atEdge(
    samples: Float32Array,
    clipStart: number,
    clipLength: number,
    start: number,
    rows: Float64Array,
    offset: number,
  ): void
  /** Rows [frames][rowLength] of one whole clip, from `offset`, to the feature [frames][bins] in float32. */
  finish(rows: Float64Array, offset: number, frames: number): Float32Array
}

/** torchaudio `amplitude_to_DB` clamps power here before the logarithm. */
const SMALLEST_POWER = 1e-10
const DB_PER_NEPER = 10 / Math.LN10

const hannPeriodic = (length: number): Float64Array =>
  new Float64Array(length).map((_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length))

export const createFrameComputer = (spec: FeatureSpec): FrameComputer => {
  const spectrum = createPowerSpectrum(hannPeriodic(spec.winLength), spec.nFft)
  const row = createRow(spec, spectrum.power)
  const clip = createClipFeature(spec, row.length)
  const firstSample = Math.floor((spec.nFft - spec.winLength) / 2) - spec.nFft / 2
  const reflected = new Float32Array(spec.winLength)
  const inside: FrameComputer['inside'] = (samples, start, rows, offset) => {
    spectrum.analyse(samples, start)
    row.write(rows, offset)
  }
  return {
    rowLength: row.length,
    bins: clip.bins,
    firstSample,
    sampleSpan: spec.winLength,
    inside,
    atEdge: (samples, clipStart, clipLength, start, rows, offset) => {
      for (let i = 0; i < reflected.length; i++) {
        reflected[i] = samples[clipStart + reflect(start + i, clipLength)]
      }
      inside(reflected, 0, rows, offset)
    },
    finish: clip.finish,
  }
}

/** Mirrors an index into 0 .. length - 1 without repeating the ends, as often as needed. */
const reflect = (index: number, length: number): number => {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const folded = ((index % period) + period) % period
  return folded < length ? folded : period - folded
}

/** What one frame's power spectrum becomes. */
const createRow = (
  spec: FeatureSpec,
  power: Float64Array,
): { readonly length: number; readonly write: (rows: Float64Array, offset: number) => void } => {
  if (spec.kind === 'spectrogram') {
    return { length: power.length, write: (rows, offset) => rows.set(power, offset) }
  }
  const mel = createMelFilterbank(spec)
  const length = mel.bands
  switch (spec.kind) {
    case 'mel':
      return { length, write: (rows, offset) => mel.apply(power, rows, offset) }
    case 'log-mel':
      return {
        length,
        write: (rows, offset) => {
          mel.apply(power, rows, offset)
          for (let i = offset; i < offset + length; i++) rows[i] = Math.log(rows[i] + spec.offset)
        },
      }
    case 'mfcc':
      return {
        length,
        write: (rows, offset) => {
          mel.apply(power, rows, offset)
          for (let i = offset; i < offset + length; i++) {
            rows[i] = DB_PER_NEPER * Math.log(Math.max(rows[i], SMALLEST_POWER))
          }
        },
      }
  }
}

/** What the rows of a clip become together. */
const createClipFeature = (
  spec: FeatureSpec,
  rowLength: number,
): { readonly bins: number; readonly finish: FrameComputer['finish'] } => {
  if (spec.kind !== 'mfcc') {
    return {
      bins: rowLength,
      finish: (rows, offset, frames) => new Float32Array(rows.subarray(offset, offset + frames * rowLength)),
    }
  }
  const { nMfcc, topDb } = spec
  const dct = createDct(rowLength, nMfcc)
  const floored = new Float64Array(rowLength)
  return {
    bins: nMfcc,
    finish: (rows, offset, frames) => {
      const end = offset + frames * rowLength
      let loudest = -Infinity
      for (let i = offset; i < end; i++) loudest = Math.max(loudest, rows[i])
      const floor = loudest - topDb
      const features = new Float32Array(frames * nMfcc)
      for (let frame = 0, at = offset; frame < frames; frame++, at += rowLength) {
        for (let i = 0; i < rowLength; i++) floored[i] = Math.max(rows[at + i], floor)
        dct(floored, 0, features, frame * nMfcc)
      }
      return features
    },
  }
}
