import { createFeatureProfile } from '@spira/shared/model/familiarity.ts'
import type { ScoredRecording } from './calibration.ts'
import { readFeatureFile } from './featureFile.ts'
import type { Scorer } from './scorer.ts'
import { readSpeech } from './speech.ts'
import type { LabelledWindow } from './trainingLoop.ts'
import type { TrainingExample } from './trainingRequest.ts'
import type { WindowFeatures } from './windowFeatures.ts'
import type { WindowStore } from './windowStore.ts'

/** An example with the places of its windows' features in the store: a list for each version of it, all of the same length. */
export type StoredRecording = TrainingExample & {
  readonly versions: readonly (readonly number[])[]
  /** What it sounds like on the whole, as it is and in the bedside's windows (see shared/model/familiarity.ts). */
  readonly profile: Float64Array
}

/** A version of a recording, from its samples as they are to the features of its windows. */
export type Version = (clean: Float32Array) => readonly Float32Array[]

/**
 * Computes the features of a recording's windows and files them.
 *
 * @param into.versions what of the recording is to be heard; one at least.
 */
export async function storeRecording(
  example: TrainingExample,
  into: {
    readonly store: WindowStore
    readonly features: WindowFeatures
    readonly versions: readonly Version[]
  },
): Promise<StoredRecording> {
  const clean = await readSpeech(example.wavPath)
  return {
    ...example,
    profile: profileOf(into.features, into.features.of(clean)),
    versions: into.versions.map((windows) => windows(clean).map((window) => into.store.append(window))),
  }
}

/** Files the features of a recording that were computed before: as it is, in the windows that the bedside scores. */
export async function storeComputed(
  example: TrainingExample & { readonly featuresPath: string },
  into: { readonly store: WindowStore; readonly features: WindowFeatures },
): Promise<StoredRecording> {
  const windows = await readFeatureFile(example.featuresPath, into.store.valuesPerWindow)
  return {
    ...example,
    profile: profileOf(into.features, windows),
    versions: [windows.map((window) => into.store.append(window))],
  }
}

function profileOf(features: WindowFeatures, windows: readonly Float32Array[]): Float64Array {
  const profile = createFeatureProfile(features.shape[1])
  for (const window of windows) profile.add(window)
  const heard = profile.read()
  if (heard === null) throw new RangeError('A recording without samples cannot be trained on.')
  return heard
}

/** The recording as it is, in the windows that the bedside scores. */
export const asScored = (features: WindowFeatures): readonly Version[] => [(clean) => features.of(clean)]

export const windowsOf = (recordings: readonly StoredRecording[]): LabelledWindow[] =>
  recordings.flatMap(({ versions: [first = [], ...others], label }) =>
    first.map((index, at) => ({ versions: [index, ...others.map((version) => version[at] ?? index)], label })),
  )

export const participantsOf = (recordings: readonly TrainingExample[]): string[] => [
  ...new Set(recordings.map(({ participantId }) => participantId)),
]

/** One logit for each window of each recording's first version. */
export async function scoreRecordings(
  recordings: readonly StoredRecording[],
  by: { readonly scorer: Scorer; readonly store: WindowStore },
): Promise<ScoredRecording[]> {
  const features = new Float32Array(by.store.valuesPerWindow)
  const scored: ScoredRecording[] = []
  for (const { participantId, label, versions } of recordings) {
    const logits: number[] = []
    for (const index of versions[0] ?? []) {
      by.store.read([index], features)
      logits.push(...(await by.scorer.logits(features, 1)))
    }
    scored.push({ participantId, label, logits })
  }
  return scored
}
