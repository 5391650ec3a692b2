/**
 * The fallback where MediaStreamTrackProcessor is missing: hands the sound, mixed to mono, to the port the window sent. It cannot
 * tell of blocks the audio system dropped and filled with zeros; the quality meter looks for those.
 */
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void

/** Eight render quanta of 128 samples, about 20 ms: fewer messages, each of them worth waiting for. */
const BLOCK_SAMPLES = 1024

class CaptureProcessor extends AudioWorkletProcessor {
  #target: MessagePort | null = null
  #block = new Float32Array(BLOCK_SAMPLES)
  #filled = 0

  constructor() {
    super()
    this.port.onmessage = ({ data }: MessageEvent<MessagePort>) => {
      this.#target = data
    }
  }

  process([channels = []]: readonly (readonly Float32Array[])[]): boolean {
    const [first] = channels
    if (this.#target === null || first === undefined) return true
    for (let at = 0; at < first.length; at += 1) {
      this.#block[this.#filled] = channels.reduce((sum, channel) => sum + (channel[at] ?? 0), 0) / channels.length
      this.#filled += 1
      if (this.#filled === BLOCK_SAMPLES) {
        this.#target.postMessage(this.#block, [this.#block.buffer])
        this.#block = new Float32Array(BLOCK_SAMPLES)
        this.#filled = 0
      }
    }
    return true
  }
}

registerProcessor('spira-capture', CaptureProcessor)
