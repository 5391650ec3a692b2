import type { Task } from '@spira/shared/protocol/records.ts'
import { RandomStream } from './randomStream.ts'
import { drawScene, renderScene, type Scene } from './scene.ts'
import { drawSpeaker, drawVitals, type Condition, type SimulatedVitals, type Speaker } from './speaker.ts'
import { planSpeech, type SpeechPlan } from './speechPlan.ts'
import { synthesise } from './synthesis.ts'
import { scaleToRms, wardNoise, type WardSound } from './wardNoise.ts'

export interface SimulationRequest {
  /** Everything follows from it: the same request gives the same samples, bit for bit. */
  readonly seed: number
  readonly condition: Condition
  readonly task: Task
  /** Drawn between 6 and 10 s, without regard to the condition, when left out. */
  readonly seconds?: number
  /** 16 kHz as the product records; 48 kHz to play into a browser's fake microphone. */
  readonly sampleRateHz?: 16_000 | 48_000
}

export interface SimulatedRecording {
  /** Mono, within ±0.98. */
  readonly samples: Float32Array<ArrayBuffer>
  readonly sampleRateHz: number
  readonly participant: { readonly sex: 'female' | 'male'; readonly ageYears: number }
  readonly vitals: SimulatedVitals
  /** What was really put in. A test may compare with it; a model must never see it. */
  readonly truth: {
    readonly condition: Condition
    readonly pauses: number
    readonly pauseSeconds: number
    readonly syllables: number
    readonly speaker: Speaker
    readonly plan: SpeechPlan
    readonly scene: Scene
    readonly wardSounds: readonly WardSound[]
  }
}

/**
 * One recording of one simulated person. The person follows from seed and condition, so several tasks of one seed are of one
 * person; room, microphone, level, ward noise and length follow from seed and task alone and are the same whatever the
 * condition: nothing but the breathing and the voice can tell the classes apart.
 */
export async function simulateSpeaker(request: SimulationRequest): Promise<SimulatedRecording> {
  const { seed, condition, task, sampleRateHz = 16_000 } = request
  const person = new RandomStream(`person/${seed}`)
  const surroundings = new RandomStream(`surroundings/${seed}/${task}`)
  const speaker = drawSpeaker(person.fork('speaker'), condition)
  const seconds = request.seconds ?? surroundings.fork('seconds').uniform(6, 10)
  const scene = drawScene(surroundings.fork('scene'))
  const plan = planSpeech(person.fork(`plan/${task}`), speaker, task, seconds)
  const voice = synthesise(person.fork(`voice/${task}`), speaker, plan, sampleRateHz)
  scaleSpeech(voice, plan, sampleRateHz, 10 ** (scene.voiceDbfs / 20))
  const ward = wardNoise(surroundings.fork('ward'), seconds, sampleRateHz)
  scaleToRms(ward.samples, 10 ** ((scene.voiceDbfs - scene.snrDb) / 20))
  return {
    samples: await renderScene(surroundings.fork('room'), scene, voice, ward.samples, sampleRateHz),
    sampleRateHz,
    participant: { sex: speaker.sex, ageYears: speaker.ageYears },
    vitals: drawVitals(person.fork('vitals'), speaker),
    truth: {
      condition,
      pauses: plan.pauses.length,
      pauseSeconds: plan.pauses.reduce((sum, pause) => sum + pause.endSeconds - pause.startSeconds, 0),
      syllables: plan.syllables,
      speaker,
      plan,
      scene,
      wardSounds: ward.sounds,
    },
  }
}

/** Level over the spoken stretches alone: scaled over all, one who pauses more would be louder. */
function scaleSpeech(voice: Float32Array, plan: SpeechPlan, sampleRateHz: number, rms: number): void {
  let energy = 0
  let spoken = 0
  let end = 0
  for (const stretch of plan.stretches) {
    const from = Math.round(end * sampleRateHz)
    end += stretch.seconds
    if (stretch.kind !== 'phone') continue
    const part = voice.subarray(from, Math.round(end * sampleRateHz))
    energy += part.reduce((sum, x) => sum + x * x, 0)
    spoken += part.length
  }
  if (energy === 0) return
  const gain = rms / Math.sqrt(energy / spoken)
  for (let i = 0; i < voice.length; i++) voice[i] = (voice[i] ?? 0) * gain
}
