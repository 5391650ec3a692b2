import type { RandomStream } from './randomStream.ts'
import type { Speaker } from './speaker.ts'
import { drawSpeaker } from './speaker.ts'
import { planSpeech } from './speechPlan.ts'
import { synthesise } from './synthesis.ts'

export type WardSound = 'hum' | 'hiss' | 'beeps' | 'babble'

export interface WardNoise {
  readonly sounds: readonly WardSound[]
  /** Root mean square about 1. */
  readonly samples: Float32Array<ArrayBuffer>
}

/**
 * The ward behind the voice: mains hum, ventilation, a monitor's beeps, people talking far away. `random` must not come from
 * anything that knows the condition: in SPIRA the noise had become the class (98 % fell to 51 % once controls got noise too).
 */
export function wardNoise(random: RandomStream, seconds: number, sampleRateHz: number): WardNoise {
  const length = Math.round(seconds * sampleRateHz)
  const samples = new Float32Array(length)
  const sounds: WardSound[] = ['hiss']
  addScaled(samples, hiss(random.fork('hiss'), length, sampleRateHz), random.uniform(0.5, 1))
  if (random.chance(0.6)) {
    sounds.push('hum')
    addScaled(samples, hum(random.fork('hum'), length, sampleRateHz), random.uniform(0.2, 0.9))
  }
  if (random.chance(0.35)) {
    sounds.push('beeps')
    addScaled(samples, beeps(random.fork('beeps'), length, sampleRateHz), random.uniform(0.2, 0.7))
  }
  if (random.chance(0.35)) {
    sounds.push('babble')
    addScaled(samples, babble(random.fork('babble'), seconds, sampleRateHz, length), random.uniform(0.2, 0.7))
  }
  scaleToRms(samples, 1)
  return { sounds, samples }
}

/** In place. Silence stays silence. */
export function scaleToRms(samples: Float32Array, rms: number): void {
  const energy = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length)
  if (energy === 0) return
  for (let i = 0; i < samples.length; i++) samples[i] = ((samples[i] ?? 0) * rms) / energy
}

function addScaled(into: Float32Array, sound: Float32Array, level: number): void {
  scaleToRms(sound, level)
  for (let i = 0; i < into.length; i++) into[i] = (into[i] ?? 0) + (sound[i] ?? 0)
}

/** Ventilation: white noise through one pole, louder at the bottom. */
function hiss(random: RandomStream, length: number, sampleRateHz: number): Float32Array {
  const pole = Math.exp((-2 * Math.PI * random.uniform(400, 2500)) / sampleRateHz)
  let state = 0
  return Float32Array.from({ length }, () => {
    const white = random.uniform(-1, 1)
    state = pole * state + (1 - pole) * white
    return state + 0.04 * white
  })
}

/** Mains at 60 Hz with its harmonics. */
function hum(random: RandomStream, length: number, sampleRateHz: number): Float32Array {
  const harmonics = Array.from({ length: 6 }, (_, k) => ({
    step: (2 * Math.PI * 60 * (k + 1)) / sampleRateHz,
    level: random.uniform(0.2, 1) / (k + 1),
    phase: random.uniform(0, 2 * Math.PI),
  }))
  return Float32Array.from({ length }, (_, i) =>
    harmonics.reduce((sum, { step, level, phase }) => sum + level * Math.sin(step * i + phase), 0),
  )
}

/** A monitor: short tones at the pace of some heart that is not the speaker's. */
function beeps(random: RandomStream, length: number, sampleRateHz: number): Float32Array {
  const period = Math.round(random.uniform(0.6, 1.6) * sampleRateHz)
  const tone = Math.round(random.uniform(0.06, 0.14) * sampleRateHz)
  const step = (2 * Math.PI * random.uniform(650, 1900)) / sampleRateHz
  const offset = Math.round(random.uniform(0, period))
  return Float32Array.from({ length }, (_, i) => {
    const at = (i + offset) % period
    return at < tone ? Math.sin(step * i) * Math.sin((Math.PI * at) / tone) : 0
  })
}

/** Two others talking at once, their condition drawn by a coin of their own. */
function babble(random: RandomStream, seconds: number, sampleRateHz: number, length: number): Float32Array {
  const sum = new Float32Array(length)
  for (const name of ['first', 'second']) {
    const other = random.fork(name)
    const speaker: Speaker = drawSpeaker(other.fork('speaker'), other.chance(0.5) ? 'present' : 'absent')
    const plan = planSpeech(other.fork('plan'), speaker, 'free-speech', seconds)
    addScaled(sum, synthesise(other.fork('voice'), speaker, plan, sampleRateHz), other.uniform(0.5, 1))
  }
  return sum
}
