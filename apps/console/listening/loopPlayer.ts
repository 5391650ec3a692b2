/** A stretch to be played, seconds. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Plays samples, a chosen stretch over and over; loops are exact to the sample. Holds a part of the audio system until closed. */
export class LoopPlayer {
  readonly duration: number
  readonly #context: AudioContext
  readonly #buffer: AudioBuffer
  #source: AudioBufferSourceNode | null = null
  /** Where playing began in the recording, and when by the audio clock. */
  #startedFrom = 0
  #startedAt = 0
  #position = 0
  #loop: Stretch | null = null
  readonly #onEnd: () => void

  constructor(samples: Float32Array<ArrayBuffer>, sampleRateHz: number, onEnd: () => void) {
    this.#context = new AudioContext()
    this.#buffer = this.#context.createBuffer(1, samples.length, sampleRateHz)
    this.#buffer.copyToChannel(samples, 0)
    this.duration = this.#buffer.duration
    this.#onEnd = onEnd
  }

  get playing(): boolean {
    return this.#source !== null
  }

  /** Seconds from the recording's start. */
  get position(): number {
    if (this.#source === null) return this.#position
    const played = this.#startedFrom + this.#context.currentTime - this.#startedAt
    if (this.#loop === null || played < this.#loop.to) return Math.min(played, this.duration)
    const { from, to } = this.#loop
    return from + ((played - from) % (to - from))
  }

  /** Plays from where it stands; with a loop, from its beginning unless it stands within. */
  async play(): Promise<void> {
    if (this.#source !== null) return
    await this.#context.resume()
    if (this.#position >= this.duration - 0.01) this.#position = 0
    const loop = this.#loop
    if (loop !== null && (this.#position < loop.from || this.#position >= loop.to)) this.#position = loop.from
    const source = this.#context.createBufferSource()
    source.buffer = this.#buffer
    if (loop !== null) Object.assign(source, { loop: true, loopStart: loop.from, loopEnd: loop.to })
    source.connect(this.#context.destination)
    source.onended = () => {
      if (this.#source !== source) return
      this.#source = null
      this.#position = this.duration
      this.#onEnd()
    }
    this.#source = source
    this.#startedFrom = this.#position
    this.#startedAt = this.#context.currentTime
    source.start(0, this.#position)
  }

  pause(): void {
    this.#position = this.position
    const source = this.#source
    this.#source = null
    source?.stop()
  }

  async seek(seconds: number): Promise<void> {
    const playing = this.playing
    this.pause()
    this.#position = Math.min(Math.max(seconds, 0), this.duration)
    if (playing) await this.play()
  }

  async setLoop(loop: Stretch | null): Promise<void> {
    const playing = this.playing
    this.pause()
    this.#loop = loop
    if (playing) await this.play()
  }

  close(): void {
    this.pause()
    void this.#context.close()
  }
}
