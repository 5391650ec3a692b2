import { createFeatureExtractor } from '@spira/shared/signal/features.ts'
import { SPIRA_MFCC } from '@spira/shared/signal/featureSpec.ts'
import { syntheticSignal } from '@spira/shared/signal/fixtures/syntheticSignal.ts'
import type { SpeechSegments } from '@spira/shared/signal/speech/segments.ts'
import type { SpeechReading } from '@spira/shared/signal/speech/speechSegmenter.ts'
import { featureErrors, type FeatureError } from '@spira/shared/signal/testing/featureAgreement.ts'
import { createSpeechListener } from '../../../renderer/models/speechListener.ts'

/** Signal processing as the bedside app runs it, without its views: driven by signal.spec.ts and bench/features.ts. */
export interface SignalPage {
  featureErrors(): Promise<FeatureError[]>
  /** Extracts the MFCC of 4 s so often. */
  extractMfcc(calls: number): void
  /** Two recordings, one after the other, in pieces of 100 ms; the second is what is told of. */
  listen(samples: readonly number[]): Promise<{ readings: SpeechReading[]; segments: SpeechSegments }>
}

const signal = syntheticSignal(4, 16_000)
const mfcc = createFeatureExtractor(SPIRA_MFCC)
const PIECE = 1600

const page: SignalPage = {
  featureErrors: () =>
    featureErrors(async (name) => new Float32Array(await (await fetch(`/fixtures/${name}.f32`)).arrayBuffer())),
  extractMfcc(calls) {
    for (let call = 0; call < calls; call++) mfcc.extract(signal)
  },
  async listen(values) {
    const samples = Float32Array.from(values)
    const listener = createSpeechListener()
    try {
      await listener.begin()
      await listener.hear(samples)
      await listener.begin()
      const heard: Promise<SpeechReading>[] = []
      // As a recorder does: without waiting for the answer before.
      for (let at = 0; at < samples.length; at += PIECE) heard.push(listener.hear(samples.subarray(at, at + PIECE)))
      return { readings: await Promise.all(heard), segments: await listener.segments() }
    } finally {
      listener.dispose()
    }
  },
}
Object.assign(globalThis, { signal: page })
