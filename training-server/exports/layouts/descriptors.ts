import { describeSpeech, type SpeechDescriptors } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import { segmentByLevel } from '@spira/shared/signal/speech/levelSegments.ts'
import { detectSpeech } from '@spira/shared/signal/speech/speechDetector.ts'
import { decodeWav } from '@spira/shared/signal/wav.ts'
import { openSpeechDetection } from '../../training/speechDetection.ts'
import type { ExportSource } from './layout.ts'

/** The acoustic descriptors of a recording by their names, and its key. */
export type DescribedRecording = Readonly<Record<string, string | number | null>> & { readonly recording: string }

/** The descriptors of each recording in the items' order. */
export async function* describedRecordings(source: ExportSource): AsyncGenerator<DescribedRecording> {
  const detection = await openSpeechDetection().catch(() => null)
  try {
    for (const item of source.items) {
      const { samples } = decodeWav(await source.readWav(item))
      const segments = detection === null ? segmentByLevel(samples) : await detectSpeech(detection, samples)
      yield { recording: item.key, ...describeSpeech(samples, segments) }
    }
  } finally {
    await detection?.release()
  }
}

/** Their names, in the order of the tables. */
export const DESCRIPTORS = Object.keys({
  durationSeconds: true,
  speakingSeconds: true,
  pauseCount: true,
  pauseTotalSeconds: true,
  pauseMeanSeconds: true,
  pauseShare: true,
  speechRate: true,
  articulationRate: true,
  f0MeanHz: true,
  f0SdHz: true,
  jitterLocal: true,
  shimmerLocal: true,
  hnrDb: true,
  voicedShare: true,
  snrDb: true,
  clippedShare: true,
} satisfies Record<keyof SpeechDescriptors, true>)
