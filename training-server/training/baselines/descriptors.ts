import { describeSpeech, type SpeechDescriptors } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import { detectSpeech } from '@spira/shared/signal/speech/speechDetector.ts'
import { openSpeechDetection } from '../speechDetection.ts'
import type { Tabular } from './tabularBaseline.ts'

/**
 * What the baseline looks at: how somebody speaks, not how long, how loud, in which room or with which pitch (which tells the sex).
 */
const DESCRIPTORS = [
  'pauseMeanSeconds',
  'pauseShare',
  'speechRate',
  'articulationRate',
  'voicedShare',
  'f0SdHz',
  'jitterLocal',
  'shimmerLocal',
  'hnrDb',
] as const satisfies readonly (keyof SpeechDescriptors)[]

export const descriptors: Tabular = {
  columns: DESCRIPTORS,
  async open() {
    const vad = await openSpeechDetection()
    return {
      async row(samples) {
        const described = describeSpeech(samples, await detectSpeech(vad, samples))
        return DESCRIPTORS.map((name) => described[name])
      },
      close: () => vad.release(),
    }
  },
}
