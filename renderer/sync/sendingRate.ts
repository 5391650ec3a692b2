/** So long ago the rate is measured from: short enough to follow the network, long enough not to flicker. */
const SPAN_MS = 20_000

interface Reading {
  readonly at: number
  readonly bytesWaiting: number
}

/** How fast the queue drains, from how much was left when. Holds the readings of the last 20 s. */
export class SendingRate {
  #readings: readonly Reading[] = []
  #most = 0

  /** @param at milliseconds of a clock that only grows. */
  note(at: number, bytesWaiting: number): void {
    // More is waiting than before: something was saved meanwhile, which says nothing of the network.
    this.#most = bytesWaiting === 0 ? 0 : Math.max(this.#most, bytesWaiting)
    const last = this.#readings.at(-1)
    if (last !== undefined && bytesWaiting > last.bytesWaiting) this.#readings = []
    this.#readings = [...this.#readings.filter((reading) => at - reading.at <= SPAN_MS), { at, bytesWaiting }]
  }

  /** Nothing is being sent: what the network gave before says nothing of the next time. */
  rest(): void {
    this.#readings = this.#readings.slice(-1)
  }

  /** Of what has waited since the queue was last empty: how much is done, in [0, 1]. */
  share(): number {
    return this.#most === 0 ? 1 : 1 - (this.#readings.at(-1)?.bytesWaiting ?? 0) / this.#most
  }

  /** Seconds until nothing is left; null while it cannot be told. */
  secondsLeft(): number | null {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)]
    if (first === undefined || last === undefined || last.at - first.at < 1000) return null
    const bytesPerMs = (first.bytesWaiting - last.bytesWaiting) / (last.at - first.at)
    return bytesPerMs <= 0 ? null : Math.ceil(last.bytesWaiting / bytesPerMs / 1000)
  }
}
