/** The sounds of Brazilian Portuguese that the simulated texts need, as targets of a formant synthesiser (adult male, hertz). */

export type Formants = readonly [f1: number, f2: number, f3: number]

export interface Phone {
  readonly formants: Formants
  /** Share of a syllable's length. */
  readonly length: number
  /** Level of the voiced source, 0..1. */
  readonly voicing: number
  /** Level of frication noise, 0..1, and where its energy is. */
  readonly frication: number
  readonly fricationHz: number
  /** A stop ends in a burst of frication. */
  readonly release: 'smooth' | 'burst'
}

const vowel = (...formants: Formants): Phone => ({
  formants,
  length: 0.62,
  voicing: 1,
  frication: 0,
  fricationHz: 3000,
  release: 'smooth',
})
const sonorant = (...formants: Formants): Phone => ({ ...vowel(...formants), length: 0.36, voicing: 0.45 })
const fricative = (formants: Formants, fricationHz: number, frication: number, voicing: number): Phone => ({
  formants,
  length: 0.42,
  voicing,
  frication,
  fricationHz,
  release: 'smooth',
})
const stop = (formants: Formants, fricationHz: number, voicing: number): Phone => ({
  formants,
  length: 0.38,
  voicing,
  frication: 0.5,
  fricationHz,
  release: 'burst',
})

export const PHONES = {
  a: vowel(710, 1230, 2500),
  e: vowel(400, 1900, 2550),
  i: vowel(290, 2200, 2900),
  o: vowel(420, 850, 2400),
  u: vowel(310, 760, 2300),
  E: vowel(570, 1750, 2500),
  O: vowel(580, 1000, 2450),
  A: vowel(560, 1300, 2400),
  m: sonorant(260, 1000, 2200),
  n: sonorant(260, 1500, 2500),
  N: sonorant(270, 2000, 2700),
  l: sonorant(340, 1150, 2600),
  L: sonorant(300, 2000, 2700),
  r: sonorant(400, 1400, 2300),
  w: sonorant(300, 700, 2200),
  y: sonorant(280, 2150, 2900),
  f: fricative([340, 1100, 2200], 4800, 0.3, 0),
  v: fricative([280, 1100, 2200], 4500, 0.15, 0.4),
  s: fricative([320, 1600, 2600], 5600, 0.6, 0),
  z: fricative([280, 1600, 2600], 5400, 0.3, 0.4),
  S: fricative([320, 1800, 2500], 3100, 0.6, 0),
  Z: fricative([280, 1800, 2500], 3000, 0.3, 0.4),
  h: fricative([500, 1400, 2400], 2000, 0.3, 0),
  p: stop([300, 900, 2200], 1100, 0),
  b: stop([260, 900, 2200], 1000, 0.2),
  t: stop([300, 1700, 2600], 4200, 0),
  d: stop([260, 1700, 2600], 3800, 0.2),
  k: stop([300, 1900, 2300], 2100, 0),
  g: stop([260, 1900, 2300], 1900, 0.2),
} as const satisfies Record<string, Phone>

export type PhoneName = keyof typeof PHONES

const isPhone = (letter: string): letter is PhoneName => letter in PHONES

/** Phones of one written syllable, for example `'kwA'`. @throws when a letter stands for no phone. */
export function phonesOf(syllable: string): readonly Phone[] {
  return Array.from(syllable, (letter) => {
    if (!isPhone(letter)) throw new Error(`No phone "${letter}" in the syllable "${syllable}"`)
    return PHONES[letter]
  })
}
