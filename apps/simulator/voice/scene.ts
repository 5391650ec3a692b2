import { OfflineAudioContext } from 'web-audio-api'
import type { RandomStream } from './randomStream.ts'

export interface Scene {
  readonly voiceDbfs: number
  readonly snrDb: number
  readonly roomSeconds: number
  /** Share of the sound that comes back from the walls. */
  readonly roomLevel: number
  readonly microphoneLowCutHz: number
  readonly microphonePresenceDb: number
}

/** Distance, room and microphone: drawn without regard to who speaks. */
export function drawScene(random: RandomStream): Scene {
  return {
    voiceDbfs: random.uniform(-27, -19),
    snrDb: random.uniform(14, 34),
    roomSeconds: random.uniform(0.08, 0.3),
    roomLevel: random.uniform(0.03, 0.16),
    microphoneLowCutHz: random.uniform(40, 120),
    microphonePresenceDb: random.uniform(-4, 6),
  }
}

/**
 * Voice and ward through one room and one microphone, as a Web Audio graph:
 * (voice + noise) -> direct and convolved with the room -> low cut -> presence.
 * @returns as many samples as `voice` has, within ±0.98.
 */
export async function renderScene(
  random: RandomStream,
  scene: Scene,
  voice: Float32Array,
  noise: Float32Array,
  sampleRateHz: number,
): Promise<Float32Array<ArrayBuffer>> {
  const context = new OfflineAudioContext(1, voice.length, sampleRateHz)
  const play = (samples: Float32Array) => {
    const source = context.createBufferSource()
    source.buffer = context.createBuffer(1, samples.length, sampleRateHz)
    source.buffer.copyToChannel(samples, 0)
    source.start(0)
    return source
  }
  const air = context.createGain()
  play(voice).connect(air)
  play(noise).connect(air)

  const room = context.createConvolver()
  room.normalize = false
  room.buffer = context.createBuffer(1, Math.ceil(scene.roomSeconds * sampleRateHz), sampleRateHz)
  room.buffer.copyToChannel(roomResponse(random, scene, sampleRateHz), 0)

  const lowCut = context.createBiquadFilter()
  lowCut.type = 'highpass'
  lowCut.frequency.value = scene.microphoneLowCutHz
  const presence = context.createBiquadFilter()
  presence.type = 'peaking'
  presence.frequency.value = 3200
  presence.gain.value = scene.microphonePresenceDb

  air.connect(lowCut)
  air.connect(room).connect(lowCut)
  lowCut.connect(presence).connect(context.destination)

  const rendered = Float32Array.from((await context.startRendering()).getChannelData(0))
  const peak = rendered.reduce((max, x) => Math.max(max, Math.abs(x)), 0)
  return peak > 0.98 ? rendered.map((x) => (x * 0.98) / peak) : rendered
}

/** Exponentially fading noise whose energy is `roomLevel` of the direct sound's (Moorer 1979). */
function roomResponse(random: RandomStream, scene: Scene, sampleRateHz: number): Float32Array {
  const length = Math.ceil(scene.roomSeconds * sampleRateHz)
  // 60 dB down at the end.
  const response = Float32Array.from({ length }, (_, i) => random.normal() * Math.exp((-6.9 * i) / length))
  const energy = Math.sqrt(response.reduce((sum, x) => sum + x * x, 0))
  return response.map((x) => (x * scene.roomLevel) / energy)
}
