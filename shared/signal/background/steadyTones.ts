import { createPowerSpectrum } from '../powerSpectrum.ts'

export const STEADY_TONE_SETTINGS = {
  /** 64 ms frames, half overlapping: bins of 15.6 Hz. */
  frameSamples: 1024,
  hopSamples: 512,
  /** Below, the low harmonics of a calm voice stand still too; above, there is little but hiss. */
  lowestHz: 700,
  highestHz: 5000,
  /** A tone stands this far above the mean of its surroundings. */
  prominence: 20,
  /** A tone that stays within one bin of where it began for this many frames (0.35 s) is steady: few syllables last so long on one pitch. */
  steadyFrames: 10,
  /** Frames quieter than this (mean square) say nothing. */
  leastPower: 1e-8,
} as const

/** Finds tones that stand still: music, alarms, a ringing telephone. */
export interface SteadyToneMeter {
  push(samples: Float32Array): void
  /** Share of the frames with sound in which a steady tone was heard, 0 to 1. */
  share(): number
}

interface Tone {
  readonly anchor: number
  length: number
}

/**
 * For 16 kHz samples in [-1, 1]. Spectral peaks are followed from frame to frame; speech's harmonics move with its melody, the notes
 * of music and the beeps of monitors do not. It is a suspicion: an evenly sung vowel looks the same, and music under loud speech hides.
 */
export const createSteadyToneMeter = (): SteadyToneMeter => {
  const { frameSamples, hopSamples, leastPower, steadyFrames } = STEADY_TONE_SETTINGS
  const window = Float64Array.from(
    { length: frameSamples },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / frameSamples),
  )
  const spectrum = createPowerSpectrum(window, frameSamples)
  const frame = new Float32Array(frameSamples)
  let filled = 0
  let heard = 0
  let steady = 0
  let tones: Tone[] = []

  function analyse(): void {
    let energy = 0
    for (const sample of frame) energy += sample * sample
    if (energy / frameSamples < leastPower) {
      tones = []
      return
    }
    spectrum.analyse(frame, 0)
    heard += 1
    tones = peaksOf(spectrum.power).map((bin) => {
      const known = tones.find(({ anchor }) => Math.abs(anchor - bin) <= 1)
      return known === undefined ? { anchor: bin, length: 1 } : { anchor: known.anchor, length: known.length + 1 }
    })
    const longest = tones.reduce((most, { length }) => Math.max(most, length), 0)
    // Once a tone has proved steady, the frames in which it proved itself count too.
    if (longest === steadyFrames) steady += steadyFrames
    else if (longest > steadyFrames) steady += 1
  }

  return {
    push: (samples) => {
      for (let at = 0; at < samples.length;) {
        const part = samples.subarray(at, at + frameSamples - filled)
        frame.set(part, filled)
        filled += part.length
        at += part.length
        if (filled < frameSamples) return
        analyse()
        frame.copyWithin(0, hopSamples)
        filled = frameSamples - hopSamples
      }
    },
    share: () => (heard === 0 ? 0 : Math.min(1, steady / heard)),
  }
}

const BIN_HZ = 16_000 / STEADY_TONE_SETTINGS.frameSamples
const FIRST_BIN = Math.round(STEADY_TONE_SETTINGS.lowestHz / BIN_HZ)
const LAST_BIN = Math.round(STEADY_TONE_SETTINGS.highestHz / BIN_HZ)
/** The Hann window's main lobe reaches two bins to either side; its surroundings lie beyond. */
const LOBE = 2
const SURROUNDINGS = 8

function peaksOf(power: Float64Array): number[] {
  const peaks: number[] = []
  for (let bin = FIRST_BIN; bin <= LAST_BIN; bin++) {
    const here = power[bin]
    if (here < power[bin - 1] || here <= power[bin + 1]) continue
    let around = 0
    for (let away = LOBE + 1; away <= SURROUNDINGS; away++) around += power[bin - away] + power[bin + away]
    if (here > (STEADY_TONE_SETTINGS.prominence * around) / (2 * (SURROUNDINGS - LOBE))) peaks.push(bin)
  }
  return peaks
}
