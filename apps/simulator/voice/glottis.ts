import type { RandomStream } from './randomStream.ts'

/**
 * The voice source: derivative of Rosenberg's pulse "C" (JASA 49(2B), 1971), one period after the other, each with its own
 * length (jitter) and height (shimmer). A breathy voice closes later and more slowly.
 */
export class Glottis {
  readonly #random: RandomStream
  readonly #sampleRateHz: number
  readonly #jitter: number
  readonly #shimmer: number
  readonly #opening: number
  readonly #closing: number
  #phase = 1
  #periodFactor = 1
  #height = 1
  #flow = 0

  constructor(
    random: RandomStream,
    sampleRateHz: number,
    voice: { jitter: number; shimmer: number; breathiness: number },
  ) {
    this.#random = random
    this.#sampleRateHz = sampleRateHz
    this.#jitter = voice.jitter
    this.#shimmer = voice.shimmer
    const laxness = Math.min(1, voice.breathiness * 4)
    this.#opening = 0.4 + 0.12 * laxness
    this.#closing = 0.14 + 0.14 * laxness
  }

  /** Openness of the glottis, 0..1: aspiration noise follows it. */
  get flow(): number {
    return this.#flow
  }

  /** Next sample of the differentiated flow at a fundamental of `f0Hz`, about -1..1. */
  next(f0Hz: number): number {
    if (this.#phase >= 1) {
      this.#phase -= 1
      this.#periodFactor = Math.max(0.7, this.#random.normal(1, this.#jitter))
      this.#height = Math.max(0.2, this.#random.normal(1, this.#shimmer))
    }
    const before = this.#flow
    this.#flow = this.#height * this.#pulse(this.#phase)
    this.#phase += f0Hz / (this.#periodFactor * this.#sampleRateHz)
    // Scaled by the period so that a high voice is not a loud one.
    return ((this.#flow - before) * this.#sampleRateHz) / (12 * f0Hz)
  }

  #pulse(phase: number): number {
    if (phase < this.#opening) return 0.5 * (1 - Math.cos((Math.PI * phase) / this.#opening))
    const closing = phase - this.#opening
    return closing < this.#closing ? Math.cos((Math.PI * closing) / (2 * this.#closing)) : 0
  }
}
