import type { ScoredRecording } from './calibration.ts'
import type { Scorer } from './scorer.ts'
import { readSpeech } from './speech.ts'
import type { LabelledWindow } from './trainingLoop.ts'
import type { TrainingExample } from './trainingRequest.ts'
import type { SoundAugmentation } from './augmentation/soundAugmentation.ts'
import type { WindowFeatures } from './windowFeatures.ts'
import type { WindowStore } from './windowStore.ts'

/** An example with the places of its windows' features in the store. */
export type StoredRecording = TrainingExample & { readonly windows: readonly number[] }

/** Computes the features of a recording's windows and files them. */
export async function storeRecording(
  example: TrainingExample,
  into: {
    readonly features: WindowFeatures
    readonly store: WindowStore
    readonly augmentation: SoundAugmentation | null
  },
): Promise<StoredRecording> {
  const { features, store, augmentation } = into
  const clean = await readSpeech(example.wavPath)
  const heard = augmentation === null ? clean : augmentation(clean, example.recordingId)
  return { ...example, windows: features.of(heard).map((window) => store.append(window)) }
}

export const windowsOf = (recordings: readonly StoredRecording[]): LabelledWindow[] =>
  recordings.flatMap(({ windows, label }) => windows.map((index) => ({ index, label })))

export const participantsOf = (recordings: readonly TrainingExample[]): string[] => [
  ...new Set(recordings.map(({ participantId }) => participantId)),
]

/** One logit for each window of each recording. */
export async function scoreRecordings(
  recordings: readonly StoredRecording[],
  by: { readonly scorer: Scorer; readonly store: WindowStore },
): Promise<ScoredRecording[]> {
  const features = new Float32Array(by.store.valuesPerWindow)
  const scored: ScoredRecording[] = []
  for (const { participantId, label, windows } of recordings) {
    const logits: number[] = []
    for (const index of windows) {
      by.store.read([index], features)
      logits.push(...(await by.scorer.logits(features, 1)))
    }
    scored.push({ participantId, label, logits })
  }
  return scored
}
