/**
 * The fallback where MediaStreamTrackProcessor is missing: hands each block of 128 samples, mixed to mono, to the port the window
 * sent. It cannot tell of blocks the audio system dropped and filled with zeros; the quality meter looks for those.
 */
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void

class CaptureProcessor extends AudioWorkletProcessor {
  #target: MessagePort | null = null

  constructor() {
    super()
    this.port.onmessage = ({ data }: MessageEvent<MessagePort>) => {
      this.#target = data
    }
  }

  process([channels = []]: readonly (readonly Float32Array[])[]): boolean {
    const [first] = channels
    if (this.#target === null || first === undefined) return true
    const mono = new Float32Array(first.length)
    for (const channel of channels) {
      for (const [at, sample] of channel.entries()) mono[at] = (mono[at] ?? 0) + sample / channels.length
    }
    this.#target.postMessage(mono, [mono.buffer])
    return true
  }
}

registerProcessor('spira-capture', CaptureProcessor)
