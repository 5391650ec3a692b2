import type { RandomStream } from './randomStream.ts'
import type { Speaker } from './speaker.ts'
import type { SpeechPlan, Stretch } from './speechPlan.ts'
import { Glottis } from './glottis.ts'
import { Resonator, VocalTract } from './vocalTract.ts'

/** Time constants of articulators (slow) and of the larynx and airflow (quick). */
const ARTICULATION_SECONDS = 0.018
const AIRFLOW_SECONDS = 0.006
/** Filters are retuned this often. */
const CONTROL_SECONDS = 0.002
const BURST_SECONDS = 0.014
const INHALATION = { formants: [620, 1500, 2500], level: 0.22 } as const

interface Targets {
  readonly formants: readonly [number, number, number]
  readonly voicing: number
  readonly aspiration: number
  readonly frication: number
  readonly fricationHz: number
}

/**
 * Source-filter synthesis of a plan (Fant 1960; the arrangement of sources after Klatt 1980).
 * @returns mono samples at `sampleRateHz`, unscaled, with exact zeros where nobody speaks.
 */
export function synthesise(
  random: RandomStream,
  speaker: Speaker,
  plan: SpeechPlan,
  sampleRateHz: number,
): Float32Array<ArrayBuffer> {
  const seconds = plan.stretches.reduce((sum, stretch) => sum + stretch.seconds, 0)
  const samples = new Float32Array(Math.round(seconds * sampleRateHz))
  const glottis = new Glottis(random.fork('glottis'), sampleRateHz, speaker)
  const tract = new VocalTract(sampleRateHz, speaker.tractScale)
  const fricationFilter = new Resonator(sampleRateHz)
  const noise = random.fork('noise')
  const melody = random.fork('melody')
  const wander = { value: 0, phrase: -1, phraseFactor: 1, phraseStart: 0 }
  const controlSamples = Math.round(CONTROL_SECONDS * sampleRateHz)
  const articulation = 1 - Math.exp(-CONTROL_SECONDS / ARTICULATION_SECONDS)
  const airflow = 1 - Math.exp(-1 / (AIRFLOW_SECONDS * sampleRateHz))

  let [f1, f2, f3] = [500, 1500, 2500]
  let [voicing, aspiration, frication] = [0, 0, 0]
  let at = 0
  let end = 0
  for (const stretch of plan.stretches) {
    const start = end
    end += stretch.seconds
    if (stretch.kind === 'phone' && stretch.phrase !== wander.phrase) {
      wander.phrase = stretch.phrase
      wander.phraseFactor = melody.logNormal(1.06, 0.04)
      wander.phraseStart = start
    }
    const last = Math.min(samples.length, Math.round(end * sampleRateHz))
    for (; at < last;) {
      const time = at / sampleRateHz
      const target = targetsOf(stretch, time - start, speaker)
      f1 += articulation * (target.formants[0] - f1)
      f2 += articulation * (target.formants[1] - f2)
      f3 += articulation * (target.formants[2] - f3)
      tract.shape(f1, f2, f3, Math.min(1, aspiration * 4))
      fricationFilter.tune(Math.min(target.fricationHz, 0.45 * sampleRateHz), 900)
      // Pitch: falls along the phrase, wanders slowly, rises a little with stress.
      wander.value = 0.985 * wander.value + melody.normal(0, 0.0022)
      const stress = stretch.kind === 'phone' ? stretch.stress : 1
      const fall = 1 - 0.045 * Math.min(3, time - wander.phraseStart)
      const f0 = speaker.f0Hz * wander.phraseFactor * fall * (1 + wander.value) * (0.9 + 0.1 * stress)

      for (const until = Math.min(last, at + controlSamples); at < until; at++) {
        voicing += airflow * (target.voicing - voicing)
        aspiration += airflow * (target.aspiration - aspiration)
        frication += airflow * (target.frication - frication)
        const white = noise.uniform(-1, 1)
        const source = voicing * glottis.next(f0)
        // Aspiration is strongest while the glottis is open; with no voicing it flows steadily.
        const breath = aspiration * white * (voicing > 0.05 ? 0.35 + 0.65 * glottis.flow : 1)
        samples[at] = tract.filter(source + breath) + fricationFilter.filter(frication * white) * 0.35
      }
    }
  }
  return samples
}

function targetsOf(stretch: Stretch, elapsed: number, speaker: Speaker): Targets {
  if (stretch.kind === 'silence') {
    return { formants: [500, 1500, 2500], voicing: 0, aspiration: 0, frication: 0, fricationHz: 3000 }
  }
  if (stretch.kind === 'inhalation') {
    const swell = Math.sin(Math.PI * Math.min(1, elapsed / stretch.seconds))
    const level = INHALATION.level * stretch.level * (0.4 + speaker.severity) * swell
    return { formants: INHALATION.formants, voicing: 0, aspiration: level, frication: 0, fricationHz: 3000 }
  }
  const { phone, stress } = stretch
  const released = phone.release === 'smooth' || elapsed > stretch.seconds - BURST_SECONDS
  return {
    formants: phone.formants,
    voicing: phone.voicing * stress,
    aspiration: speaker.breathiness * stress * (phone.voicing > 0.3 ? 1 : 0.3),
    frication: released ? phone.frication : 0,
    fricationHz: phone.fricationHz,
  }
}
