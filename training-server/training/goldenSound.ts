import { floatToPcm16 } from '@spira/shared/signal/wav.ts'

const SECONDS = 6
const SAMPLE_RATE_HZ = 16_000
/** Formants of a vowel like /a/: centre and bandwidth in Hz. */
const FORMANTS = [
  [730, 90],
  [1090, 110],
  [2440, 160],
] as const

/**
 * Six seconds that sound like a voice and are nobody's: the harmonics of a gliding fundamental under three formants, in syllables
 * with two pauses. Every device computes features and logits of it to prove that it computes what training computed; it travels
 * inside the golden vectors, so it need not come out the same elsewhere.
 */
export function goldenSound(): Int16Array {
  const samples = new Float32Array(SECONDS * SAMPLE_RATE_HZ)
  let phase = 0
  for (let at = 0; at < samples.length; at += 1) {
    const seconds = at / SAMPLE_RATE_HZ
    const fundamentalHz = 115 + 20 * Math.sin(2 * Math.PI * 0.4 * seconds)
    phase += (2 * Math.PI * fundamentalHz) / SAMPLE_RATE_HZ
    let voice = 0
    for (let harmonic = 1; harmonic * fundamentalHz < 4000; harmonic += 1) {
      voice += (formantGain(harmonic * fundamentalHz) / harmonic) * Math.sin(harmonic * phase)
    }
    samples[at] = 0.25 * syllables(seconds) * voice
  }
  return floatToPcm16(samples)
}

const formantGain = (hz: number): number =>
  FORMANTS.reduce((sum, [centre, width]) => sum + 1 / (1 + ((hz - centre) / width) ** 2), 0)

/** Four syllables a second, silent between 2.0 and 2.5 s and between 4.3 and 4.7 s. */
const syllables = (seconds: number): number => {
  const pausing = (seconds > 2 && seconds < 2.5) || (seconds > 4.3 && seconds < 4.7)
  return pausing ? 0 : Math.sin(Math.PI * ((4 * seconds) % 1)) ** 2
}
