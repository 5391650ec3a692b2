/**
 * A made voice: pulses about 120 Hz, as a melody moves them, through three formants, in syllables with pauses between, and a little noise. Deterministic.
 */
export function makeVoice(seconds: number, sampleRateHz: number, peak = 0.5): Float32Array {
  const count = Math.round(seconds * sampleRateHz)
  const samples = new Float32Array(count)
  for (let at = 0; at < count; at += 1) {
    const t = at / sampleRateHz
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 2.5 * t)) ** 0.5
    let sound = 0
    // The phase of 120 Hz that moves by a tenth, 0.7 times a second.
    const turns = 120 * t - (12 / (2 * Math.PI * 0.7)) * Math.cos(2 * Math.PI * 0.7 * t)
    for (let harmonic = 1; harmonic <= 25; harmonic += 1) {
      const hz = 120 * harmonic
      const gain = [500, 1500, 2500].reduce((sum, formant) => sum + 1 / (1 + ((hz - formant) / 120) ** 2), 0)
      sound += gain * Math.sin(2 * Math.PI * harmonic * turns + harmonic)
    }
    const noise = Math.sin(at * 12.9898) * 43758.5453
    samples[at] = syllable * sound + (noise - Math.floor(noise) - 0.5) * 0.01
  }
  const loudest = samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0)
  return samples.map((sample) => (sample / loudest) * peak)
}
