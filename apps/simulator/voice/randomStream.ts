/**
 * Seeded random numbers: sfc32 (Chris Doty-Humphrey's PractRand), its state filled by a 32-bit FNV-1a of the key. Streams are
 * named, not positional: what is drawn for the ward noise never moves because the voice drew one number more.
 */
export class RandomStream {
  readonly #key: string
  readonly #state: Uint32Array

  constructor(key: string) {
    this.#key = key
    this.#state = Uint32Array.from(['a', 'b', 'c'], (word) => fnv1a(`${word}:${key}`))
    this.#state = Uint32Array.from([...this.#state, 1])
    for (let i = 0; i < 15; i++) this.#next()
  }

  /** An independent stream that depends only on this stream's key and on `name`. */
  fork(name: string): RandomStream {
    return new RandomStream(`${this.#key}/${name}`)
  }

  /** Uniform in [from, to). */
  uniform(from = 0, to = 1): number {
    return from + (to - from) * (this.#next() / 2 ** 32)
  }

  /** Normal (Box and Muller). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** Log-normal with the given median; `spread` is the deviation of the logarithm. */
  logNormal(median: number, spread: number): number {
    return median * Math.exp(this.normal(0, spread))
  }

  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  /** One of `choices`, each as likely. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.uniform(0, choices.length))] ?? choices[0]
  }

  #next(): number {
    const state = this.#state
    const [a = 0, b = 0, c = 0, counter = 0] = state
    const result = (a + b + counter) >>> 0
    state[3] = counter + 1
    state[0] = b ^ (b >>> 9)
    state[1] = c + (c << 3)
    state[2] = ((c << 21) | (c >>> 11)) + result
    return result
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
