import type { FeatureSpec } from '@spira/shared/signal/featureSpec.ts'
import type { WindowFeatures } from '@spira/shared/signal/streamingFeatures.ts'
import type { DataKey } from '../store/envelope.ts'
import type { LevelReading } from './levels.ts'
import type { TakeMeasures } from './recordingDetails.ts'

/** Where the sound comes from, as it is handed (transferred) to the capture worker. */
export type CaptureInput =
  | { readonly kind: 'track-processor'; readonly readable: ReadableStream<AudioData> }
  /** Mono Float32Array blocks of the audio worklet. */
  | { readonly kind: 'audio-worklet'; readonly port: MessagePort; readonly sampleRateHz: number }

/** How the model wants the sound: windows of this length, features of this kind. */
export interface WindowPlan {
  readonly features: FeatureSpec
  readonly window: { readonly seconds: number; readonly hopSeconds: number }
}

/** To the capture worker. One take each: `record` or `replay` comes first and once. */
export type CaptureCommand =
  | {
      readonly type: 'record'
      readonly recordingId: string
      /** The participant's: the worker gets no other. */
      readonly key: DataKey
      readonly input: CaptureInput
      readonly processedByBrowser: boolean
      /** Where each chunk goes besides the journal; null without a second copy. Transferred. */
      readonly copy: MessagePort | null
    }
  /** Measures a journal that is already on disk. */
  | {
      readonly type: 'replay'
      readonly recordingId: string
      /** The participant's, and the device's for what version 1 sealed with it. */
      readonly keys: readonly DataKey[]
      readonly interrupted: boolean
      readonly processedByBrowser: boolean
    }
  /** May come at any time, even after the end: the recording never waits for the model. */
  | { readonly type: 'analyse'; readonly plan: WindowPlan }
  | { readonly type: 'end'; readonly because: 'stopped' | 'lost' }

/** From the capture worker. */
export type CaptureReport =
  | { readonly type: 'level'; readonly sampleCount: number; readonly reading: LevelReading }
  | { readonly type: 'windows'; readonly windows: readonly WindowFeatures[] }
  /** The last sample is in; the microphone may be let go. */
  | { readonly type: 'captured'; readonly because: 'stopped' | 'lost' }
  /** Every chunk is on disk. */
  | { readonly type: 'measured'; readonly measures: TakeMeasures }
  /** No more windows come. */
  | { readonly type: 'analysed' }
  | { readonly type: 'analysis-failed'; readonly message: string }
  /** The journal takes no more chunks; those before are on disk. */
  | { readonly type: 'cut'; readonly because: 'storage-full' | 'journal-closed' }
  | { readonly type: 'failed'; readonly message: string }
