import type { SpeechSegments } from '@spira/shared/signal/speech/segments.ts'
import type { SpeechReading } from '@spira/shared/signal/speech/speechSegmenter.ts'
import type { NetworkForm } from './network.ts'

/** Messages between the app and an inference worker. Every request is answered by one reply with its number, in their order. */
export type InferenceRequest =
  | { readonly type: 'load'; readonly number: number; readonly onnx: ArrayBuffer; readonly form: NetworkForm }
  | {
      readonly type: 'score'
      readonly number: number
      readonly features: Float32Array<ArrayBuffer>
      readonly windows: number
    }
  /** Loads the speech detector. */
  | { readonly type: 'load-vad'; readonly number: number; readonly onnx: ArrayBuffer }
  /** Another recording begins. */
  | { readonly type: 'begin-speech'; readonly number: number }
  /** Samples: 16 kHz mono in [-1, 1], any number of them. */
  | { readonly type: 'hear'; readonly number: number; readonly samples: Float32Array<ArrayBuffer> }
  | { readonly type: 'segments'; readonly number: number }

export type InferenceReply =
  | { readonly type: 'loaded'; readonly number: number; readonly threads: number }
  | { readonly type: 'scored'; readonly number: number; readonly logits: Float32Array }
  | { readonly type: 'vad-loaded' | 'speech-begun'; readonly number: number }
  | { readonly type: 'heard'; readonly number: number; readonly reading: SpeechReading }
  | { readonly type: 'segmented'; readonly number: number; readonly segments: SpeechSegments }
  | { readonly type: 'failed'; readonly number: number; readonly message: string }
