import sileroUrl from '@ricky0123/vad-web/dist/silero_vad_v5.onnx?url'
import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import type { SpeechSegments } from '@spira/shared/signal/speech/segments.ts'
import { SILERO_VAD } from '@spira/shared/signal/speech/sileroVad.ts'
import type { SpeechReading } from '@spira/shared/signal/speech/speechSegmenter.ts'
import { INFERENCE_TIMEOUTS } from './inference.ts'
import { startInferenceWorker } from './inferenceWorker.ts'
import { ModelError } from './modelError.ts'

/**
 * Finds the speech of one recording after the other, while they are made, by Silero in a worker of its own. It starts loading at once; what
 * it is given meanwhile waits in order. Of a vowel that is held Silero hears the first second only: for that task ask the level.
 *
 * Every method throws ModelError `runtime_failed`, `runtime_timeout` or `bundled_damaged` when the detector cannot run; the level
 * (`activeMs` of the quality report) is then all there is.
 */
export interface SpeechListener {
  /** A recording begins: whatever was heard before is forgotten. */
  begin(): Promise<void>
  /** @param samples 16 kHz mono in [-1, 1], any number of them; not changed. @returns what is known with them. */
  hear(samples: Float32Array): Promise<SpeechReading>
  /** Speech and pauses of the recording so far. */
  segments(): Promise<SpeechSegments>
  dispose(): void
}

/** Samples of one message stay far below this in time: a frame of 32 ms takes about 1 ms. */
const ANSWER_MS = 30_000

export function createSpeechListener(
  fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis),
): SpeechListener {
  const worker = startInferenceWorker()

  async function load(): Promise<void> {
    const response = await fetch(sileroUrl)
    const onnx = await response.arrayBuffer()
    if (!response.ok || (await sha256Hex(onnx)) !== SILERO_VAD.sha256)
      throw new ModelError('bundled_damaged', SILERO_VAD.name)
    await worker.ask({ type: 'load-vad', onnx }, 'vad-loaded', INFERENCE_TIMEOUTS.loadMs, [onnx])
  }
  const loaded = load()
  // Whoever asks first gets the failure.
  loaded.catch(() => undefined)

  return {
    async begin() {
      await loaded
      await worker.ask({ type: 'begin-speech' }, 'speech-begun', ANSWER_MS)
    },
    async hear(samples) {
      const own = samples.slice()
      await loaded
      const { reading } = await worker.ask({ type: 'hear', samples: own }, 'heard', ANSWER_MS, [own.buffer])
      return reading
    },
    async segments() {
      await loaded
      const { segments } = await worker.ask({ type: 'segments' }, 'segmented', ANSWER_MS)
      return segments
    },
    dispose: worker.dispose,
  }
}
