import { simulateSpeaker } from '../../apps/simulator/voice/simulateSpeaker.ts'

/** Recordings that a ward spoils, each as a microphone would deliver it: mono at `RATE_HZ`, in [-1, 1]. */
export const RATE_HZ = 48_000

const speaker = async (seed: number): Promise<Float32Array> =>
  (await simulateSpeaker({ seed, condition: 'absent', task: 'read-sentence', sampleRateHz: RATE_HZ })).samples

const rms = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)

const scaledTo = (samples: Float32Array, dbfs: number): Float32Array => {
  const gain = 10 ** (dbfs / 20) / rms(samples)
  return samples.map((sample) => sample * gain)
}

/** White noise, the same every time. */
function noise(length: number, dbfs: number): Float32Array {
  let state = 7
  const white = Float32Array.from({ length }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
  return scaledTo(white, dbfs)
}

const sum = (a: Float32Array, b: Float32Array): Float32Array => a.map((sample, at) => sample + (b[at % b.length] ?? 0))

const sine = (length: number, hz: number, amplitude: number): Float32Array =>
  Float32Array.from({ length }, (_, at) => amplitude * Math.sin((2 * Math.PI * hz * at) / RATE_HZ))

/** Chords of two seconds, of saw-toothed voices. */
const music = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, at) => {
    const root = [261.6, 220, 174.6, 196][Math.floor(at / (2 * RATE_HZ)) % 4] ?? 220
    return [1, 1.26, 1.5].reduce((chord, step) => chord + 2 * (((at / RATE_HZ) * root * step) % 1) - 1, 0) / 10
  })

/** Twenty milliseconds of nothing, twice a second: what an overloaded audio system leaves. */
const withDroppedBlocks = (samples: Float32Array): Float32Array =>
  samples.map((sample, at) => (at % (RATE_HZ / 2) < RATE_HZ / 50 ? 0 : sample))

/** A one-pole low-pass filter, twelve times: nothing is left of what a telephone does not carry. */
function telephone(samples: Float32Array): Float32Array {
  let heard = samples
  for (let pass = 0; pass < 12; pass++) {
    let last = 0
    heard = heard.map((sample) => (last += 0.25 * (sample - last)))
  }
  return scaledTo(heard, -26)
}

export interface BadRecording {
  readonly code: string
  readonly severity: 'warning' | 'refusal'
  readonly samples: Float32Array
  readonly seconds: number
}

/** Each with the finding that must be said of it. */
export async function badRecordings(): Promise<readonly BadRecording[]> {
  const voice = scaledTo(await speaker(11), -24)
  const other = scaledTo(await speaker(12), -27)
  const { length } = voice
  return [
    { code: 'silent', severity: 'refusal', seconds: 3, samples: new Float32Array(RATE_HZ * 5) },
    { code: 'clipped', severity: 'refusal', seconds: 5, samples: voice.map((x) => Math.max(-1, Math.min(1, 60 * x))) },
    { code: 'too-far', severity: 'refusal', seconds: 5, samples: sum(scaledTo(voice, -62), noise(length, -56)) },
    { code: 'noisy', severity: 'warning', seconds: 6, samples: sum(voice, noise(length, -30)) },
    { code: 'music', severity: 'warning', seconds: 6, samples: sum(voice, scaledTo(music(length), -30)) },
    { code: 'second-voice', severity: 'warning', seconds: 6, samples: sum(voice, other) },
    { code: 'dropped-samples', severity: 'refusal', seconds: 5, samples: withDroppedBlocks(voice) },
    { code: 'hum', severity: 'warning', seconds: 5, samples: sum(voice, sine(length, 50, 0.06)) },
    { code: 'narrow-band', severity: 'warning', seconds: 5, samples: telephone(voice) },
  ]
}
