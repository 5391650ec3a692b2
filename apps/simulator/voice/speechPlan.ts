import type { Task } from '@spira/shared/protocol/records.ts'
import type { RandomStream } from './randomStream.ts'
import type { Speaker } from './speaker.ts'
import { PHONES, phonesOf, type Phone } from './phones.ts'
import { syllablesOf } from './texts.ts'

/** One stretch of the utterance, in order and without gaps. */
export type Stretch =
  | {
      readonly kind: 'phone'
      readonly seconds: number
      readonly phone: Phone
      readonly stress: number
      readonly phrase: number
    }
  | { readonly kind: 'silence'; readonly seconds: number; readonly reason: 'before' | 'pause' | 'after' }
  | { readonly kind: 'inhalation'; readonly seconds: number; readonly level: number }

export interface SpeechPlan {
  readonly stretches: readonly Stretch[]
  readonly syllables: number
  /** Breathing pauses inside the speech, silence before and after not counted. */
  readonly pauses: readonly { readonly startSeconds: number; readonly endSeconds: number; readonly inhaled: boolean }[]
}

/**
 * What is said when, exactly `seconds` long. The length, the silence before and after, and the words do not depend on the
 * speaker: one who breathes more gets fewer syllables into the same time, so the length of a recording tells no class.
 */
export function planSpeech(random: RandomStream, speaker: Speaker, task: Task, seconds: number): SpeechPlan {
  if (task === 'ambient-noise') {
    return { stretches: [{ kind: 'silence', seconds, reason: 'before' }], syllables: 0, pauses: [] }
  }
  const before = random.fork('before').uniform(0.15, 0.5)
  const after = random.fork('after').uniform(0.15, 0.5)
  const speech = seconds - before - after
  const spoken =
    task === 'sustained-vowel' ? vowel(random, speaker, speech) : sentences(random, speaker, task, speech, before)
  return {
    ...spoken,
    stretches: [
      { kind: 'silence', seconds: before, reason: 'before' },
      ...spoken.stretches,
      { kind: 'silence', seconds: after, reason: 'after' },
    ],
  }
}

/** /a/ after a deep breath, as long as the breath lasts. */
function vowel(random: RandomStream, speaker: Speaker, seconds: number): SpeechPlan {
  const breath = Math.min(0.25 * seconds, random.uniform(0.5, 0.9))
  const phonation = Math.min(seconds - breath, speaker.phonationSeconds)
  const rest = seconds - breath - phonation
  return {
    stretches: [
      { kind: 'inhalation', seconds: breath, level: random.uniform(0.4, 1) },
      { kind: 'phone', seconds: phonation, phone: PHONES.a, stress: 1, phrase: 0 },
      ...(rest > 0 ? [{ kind: 'silence', seconds: rest, reason: 'after' } as const] : []),
    ],
    syllables: 1,
    pauses: [],
  }
}

function sentences(
  random: RandomStream,
  speaker: Speaker,
  task: 'read-sentence' | 'nursery-rhyme' | 'spoken-consent' | 'free-speech',
  seconds: number,
  startSeconds: number,
): SpeechPlan {
  const text = syllablesOf(task, random.fork('words'))
  const breathing = random.fork('breathing')
  const stretches: Stretch[] = []
  const pauses: { startSeconds: number; endSeconds: number; inhaled: boolean }[] = []
  const nextGroup = (): number => Math.max(2, Math.round(breathing.logNormal(speaker.breathGroupSyllables, 0.3)))
  let elapsed = 0
  let syllables = 0
  let phrase = 0
  // The recording starts anywhere within a breath, as people do who inhaled before the button.
  let untilBreath = Math.max(2, Math.round(nextGroup() * breathing.uniform(0.5, 1)))

  while (elapsed < seconds) {
    if (untilBreath === 0) {
      const pause = breathing.logNormal(speaker.pauseMedianSeconds, 0.3)
      const inhaled = pause > 0.22 && breathing.chance(speaker.audibleInhalation)
      // A pause that would run into the end is none: nothing follows it that would make it one.
      if (elapsed + pause + 0.3 >= seconds) {
        stretches.push({ kind: 'silence', seconds: seconds - elapsed, reason: 'after' })
        break
      }
      pauses.push({ startSeconds: startSeconds + elapsed, endSeconds: startSeconds + elapsed + pause, inhaled })
      stretches.push(...pauseStretches(pause, inhaled, breathing))
      elapsed += pause
      phrase++
      untilBreath = nextGroup()
    }
    const lengthening = untilBreath === 1 ? 1.35 : 1
    const length = (lengthening * random.logNormal(1, 0.12)) / speaker.syllablesPerSecond
    const stress = random.uniform(0.75, 1.15)
    const phones = phonesOf(text.next().value)
    const whole = phones.reduce((sum, phone) => sum + phone.length, 0)
    for (const phone of phones) {
      const stretch = Math.min((length * phone.length) / whole, seconds - elapsed)
      if (stretch <= 0) break
      stretches.push({ kind: 'phone', seconds: stretch, phone, stress, phrase })
      elapsed += stretch
    }
    syllables++
    untilBreath--
  }
  return { stretches, syllables, pauses }
}

function pauseStretches(seconds: number, inhaled: boolean, random: RandomStream): readonly Stretch[] {
  if (!inhaled) return [{ kind: 'silence', seconds, reason: 'pause' }]
  const edge = 0.12 * seconds
  return [
    { kind: 'silence', seconds: edge, reason: 'pause' },
    { kind: 'inhalation', seconds: seconds - 2 * edge, level: random.uniform(0.35, 1) },
    { kind: 'silence', seconds: edge, reason: 'pause' },
  ]
}
