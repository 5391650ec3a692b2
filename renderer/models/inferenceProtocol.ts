import type { NetworkForm } from './network.ts'

/** Messages between the app and its inference worker. Every request is answered by one reply with its number. */
export type InferenceRequest =
  | { readonly type: 'load'; readonly number: number; readonly onnx: ArrayBuffer; readonly form: NetworkForm }
  | {
      readonly type: 'score'
      readonly number: number
      readonly features: Float32Array<ArrayBuffer>
      readonly windows: number
    }

export type InferenceReply =
  | { readonly type: 'loaded'; readonly number: number; readonly threads: number }
  | { readonly type: 'scored'; readonly number: number; readonly logits: Float32Array }
  | { readonly type: 'failed'; readonly number: number; readonly message: string }
