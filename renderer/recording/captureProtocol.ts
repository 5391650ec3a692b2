import type { Expectation } from '@spira/shared/signal/quality.ts'
import type { FeatureSpec } from '@spira/shared/signal/featureSpec.ts'
import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import type { WindowFeatures } from '@spira/shared/signal/streamingFeatures.ts'
import type { DataKey } from '../store/envelope.ts'
import type { SoundReading } from './levels.ts'
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

/** Against what a take is judged. */
export interface TakeExpectations {
  readonly expects: Expectation
  /** The task's shortest time, ms; null without one. */
  readonly shortestMs: number | null
  /** Level of the encounter's recording of the room, dBFS; null before there is one. */
  readonly roomDbfs: number | null
}

/** Why a take ended: by the operator, by the microphone's going away, by the task's own rules. */
export type EndReason = 'stopped' | 'lost' | 'silence' | 'longest'

/** To the capture worker. One take each: `record` or `replay` comes first and once. */
export type CaptureCommand =
  | {
      readonly type: 'record'
      readonly recordingId: string
      /** The participant's: the worker gets no other. */
      readonly key: DataKey
      readonly input: CaptureInput
      readonly processedByBrowser: boolean
      readonly expectations: TakeExpectations
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
      readonly expectations: TakeExpectations
    }
  /** Hears without a journal: the sound itself comes back at the end (`heard`). For the microphone test. */
  | { readonly type: 'listen'; readonly input: CaptureInput; readonly processedByBrowser: boolean }
  /** May come at any time, even after the end: the recording never waits for the model. */
  | { readonly type: 'analyse'; readonly plan: WindowPlan }
  | { readonly type: 'end'; readonly because: EndReason }
  /** After `captured`, or beside a `replay`: what the speech detector heard of the take, ms; null without one. The take is judged with it. */
  | { readonly type: 'speech'; readonly speechMs: number | null }

/** From the capture worker. */
export type CaptureReport =
  | { readonly type: 'level'; readonly sampleCount: number; readonly reading: SoundReading }
  /** What the audio system really delivers: with the first block, and whenever it changes. */
  | { readonly type: 'rate'; readonly sampleRateHz: number }
  | { readonly type: 'windows'; readonly windows: readonly WindowFeatures[] }
  /** The last sample is in; the microphone may be let go. */
  | { readonly type: 'captured'; readonly because: EndReason }
  /** Every chunk is on disk. */
  | { readonly type: 'measured'; readonly measures: TakeMeasures }
  /** What a microphone test heard: a WAV and its quality. */
  | { readonly type: 'heard'; readonly wav: Uint8Array<ArrayBuffer>; readonly quality: QualityReport }
  /** No more windows come. */
  | { readonly type: 'analysed' }
  | { readonly type: 'analysis-failed'; readonly message: string }
  /** The journal takes no more chunks; those before are on disk. */
  | { readonly type: 'cut'; readonly because: 'storage-full' | 'journal-closed' }
  | { readonly type: 'failed'; readonly message: string }
