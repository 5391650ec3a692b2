import type { RandomStream } from './randomStream.ts'

export type Condition = 'present' | 'absent'

/** A simulated person: what of the body and of the breathing shapes the voice. */
export interface Speaker {
  readonly sex: 'female' | 'male'
  readonly ageYears: number
  readonly f0Hz: number
  /** Formants relative to an adult male vocal tract. */
  readonly tractScale: number
  /** How short of breath, 0..1. Both conditions spread over it and overlap: no single trait gives the class away. */
  readonly severity: number
  readonly syllablesPerSecond: number
  /** Syllables spoken on one breath, median. */
  readonly breathGroupSyllables: number
  readonly pauseMedianSeconds: number
  /** Chance that a breathing pause is heard as an inhalation. */
  readonly audibleInhalation: number
  /** Aspiration noise relative to the voiced source. */
  readonly breathiness: number
  /** Period to period deviation of length and of amplitude, as shares. */
  readonly jitter: number
  readonly shimmer: number
  readonly phonationSeconds: number
}

export interface SimulatedVitals {
  readonly spo2Percent: number
  readonly heartRatePerMin: number
  readonly respiratoryRatePerMin: number
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/**
 * Draws a speaker. Sex, age, pitch and vocal tract do not depend on the condition; breathing and voice quality depend on the
 * severity, with a spread of their own. Direction of the effects: pauses and their length after SPIRA (3.16 pauses of 0.53 s
 * a sentence in patients, 0.85 of 0.13 s in controls), jitter, shimmer and breathiness raised in patients; sizes are ours.
 */
export function drawSpeaker(random: RandomStream, condition: Condition): Speaker {
  const sex = random.pick(['female', 'male'] as const)
  const severity =
    condition === 'present' ? clamp(random.normal(0.68, 0.2), 0.12, 1) : clamp(random.normal(0.2, 0.15), 0, 0.75)
  return {
    sex,
    ageYears: Math.round(random.uniform(19, 86)),
    f0Hz: random.logNormal(sex === 'female' ? 200 : 118, 0.12),
    tractScale: random.logNormal(sex === 'female' ? 1.16 : 1, 0.04),
    severity,
    syllablesPerSecond: random.logNormal(5.2 - 1.2 * severity, 0.1),
    breathGroupSyllables: random.logNormal(22 * Math.exp(-2 * severity), 0.18),
    pauseMedianSeconds: random.logNormal(0.2 + 0.45 * severity, 0.15),
    audibleInhalation: clamp(0.2 + 0.7 * severity + random.normal(0, 0.1), 0.05, 1),
    breathiness: random.logNormal(0.03 + 0.14 * severity, 0.35),
    jitter: random.logNormal(0.004 + 0.01 * severity, 0.25),
    shimmer: random.logNormal(0.025 + 0.05 * severity, 0.25),
    phonationSeconds: random.logNormal(13 - 8 * severity, 0.2),
  }
}

/** Vitals that go with the severity, with the spread of real ones; within the possible ranges of the protocol. */
export function drawVitals(random: RandomStream, { severity }: Speaker): SimulatedVitals {
  return {
    spo2Percent: Math.round(clamp(random.normal(98 - 7 * severity, 1.3), 80, 100)),
    heartRatePerMin: Math.round(clamp(random.normal(72 + 24 * severity, 10), 48, 150)),
    respiratoryRatePerMin: Math.round(clamp(random.normal(14 + 11 * severity, 2.2), 9, 38)),
  }
}
