/**
 * A second-order digital resonator, y[n] = a x[n] + b y[n-1] + c y[n-2], unit gain at 0 Hz.
 * Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67(3), 1980, eq. 1 and 2.
 */
export class Resonator {
  readonly #sampleRateHz: number
  #a = 1
  #b = 0
  #c = 0
  #y1 = 0
  #y2 = 0

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz
  }

  tune(frequencyHz: number, bandwidthHz: number): void {
    const radius = Math.exp((-Math.PI * bandwidthHz) / this.#sampleRateHz)
    this.#c = -radius * radius
    this.#b = 2 * radius * Math.cos((2 * Math.PI * frequencyHz) / this.#sampleRateHz)
    this.#a = 1 - this.#b - this.#c
  }

  filter(sample: number): number {
    const y = this.#a * sample + this.#b * this.#y1 + this.#c * this.#y2
    this.#y2 = this.#y1
    this.#y1 = y
    return y
  }
}

/** A vocal tract: three moving formants and the fixed ones above them, in cascade. */
export class VocalTract {
  readonly #moving: readonly [Resonator, Resonator, Resonator]
  readonly #fixed: readonly Resonator[]
  readonly #scale: number

  constructor(sampleRateHz: number, tractScale: number) {
    this.#scale = tractScale
    this.#moving = [new Resonator(sampleRateHz), new Resonator(sampleRateHz), new Resonator(sampleRateHz)]
    // A tube of 17.5 cm has a formant every kilohertz; those near half the sample rate are left to it.
    const fixed: Resonator[] = []
    for (let formant = 3.5; formant * 1000 * tractScale < 0.45 * Math.min(sampleRateHz, 24_000); formant++) {
      const resonator = new Resonator(sampleRateHz)
      resonator.tune(formant * 1000 * tractScale, 60 * formant)
      fixed.push(resonator)
    }
    this.#fixed = fixed
  }

  /** `damping` widens the first formant, as an open glottis does. */
  shape(f1: number, f2: number, f3: number, damping: number): void {
    this.#moving[0].tune(f1 * this.#scale, 60 + 120 * damping)
    this.#moving[1].tune(f2 * this.#scale, 90 + 60 * damping)
    this.#moving[2].tune(f3 * this.#scale, 150 + 60 * damping)
  }

  filter(sample: number): number {
    let y = sample
    for (const resonator of this.#moving) y = resonator.filter(y)
    for (const resonator of this.#fixed) y = resonator.filter(y)
    return y
  }
}
