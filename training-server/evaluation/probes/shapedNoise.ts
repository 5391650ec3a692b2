import { createFft } from '@spira/shared/signal/fft.ts'
import type { RandomStream } from '../../training/randomStream.ts'
import { power } from './roomTone.ts'

const SIZE = 1024
const HOP = SIZE / 2

/** Square root of the periodic Hann window: squares of neighbours add up to 1, so noise keeps its power. */
const window = Float64Array.from({ length: SIZE }, (_, at) => Math.sin((Math.PI * at) / SIZE))

/**
 * Noise with the long-term spectrum and level of a sound and nothing else of it: what microphone, room and gain leave behind
 * when the words are taken away. Frames with the spectrum's magnitudes and random phases, overlapped by half.
 *
 * @param like at least one sample, at any rate. @param length of the noise, in samples.
 */
export function shapedNoise(like: Float32Array, length: number, random: RandomStream): Float32Array {
  const spectrum = meanPowerSpectrum(like)
  const fft = createFft(SIZE)
  const noise = new Float32Array(length)
  for (let start = -HOP; start < length; start += HOP) {
    const phases = random.uniform(HOP + 1, -Math.PI, Math.PI)
    fft.input.fill(0)
    for (let bin = 1; bin < HOP; bin += 1) {
      const magnitude = Math.sqrt(spectrum[bin] ?? 0)
      const [re, im] = [magnitude * Math.cos(phases[bin] ?? 0), magnitude * Math.sin(phases[bin] ?? 0)]
      // A spectrum that mirrors its conjugate has a real transform, forwards as backwards.
      fft.input[2 * bin] = re
      fft.input[2 * bin + 1] = im
      fft.input[2 * (SIZE - bin)] = re
      fft.input[2 * (SIZE - bin) + 1] = -im
    }
    fft.transform()
    for (let at = Math.max(0, -start); at < SIZE && start + at < length; at += 1) {
      noise[start + at] = (noise[start + at] ?? 0) + (window[at] ?? 0) * (fft.output[2 * at] ?? 0)
    }
  }
  const own = power(noise, 0, length)
  const gain = own === 0 ? 0 : Math.sqrt(power(like, 0, like.length) / own)
  return noise.map((value) => gain * value)
}

/** Mean over frames of the squared magnitudes (Welch 1967); a sound shorter than a frame is repeated. */
function meanPowerSpectrum(samples: Float32Array): Float64Array {
  const fft = createFft(SIZE)
  const mean = new Float64Array(HOP + 1)
  const last = Math.max(0, samples.length - SIZE)
  for (let start = 0; start <= last; start += HOP) {
    for (let at = 0; at < SIZE; at += 1) {
      fft.input[2 * at] = (samples[(start + at) % samples.length] ?? 0) * (window[at] ?? 0)
      fft.input[2 * at + 1] = 0
    }
    fft.transform()
    for (let bin = 0; bin <= HOP; bin += 1) {
      mean[bin] = (mean[bin] ?? 0) + (fft.output[2 * bin] ?? 0) ** 2 + (fft.output[2 * bin + 1] ?? 0) ** 2
    }
  }
  return mean
}
