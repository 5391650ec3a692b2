import { createSoundAugmentation } from './augmentation/soundAugmentation.ts'
import type { Experiment } from './experiment.ts'
import type { Version } from './storedRecordings.ts'
import type { WindowFeatures } from './windowFeatures.ts'

/** What is heard of a recording. */
export type VersionsOf = (recordingId: string) => readonly Version[]

/**
 * What training hears of a recording: as many versions as the experiment asks for, each changed in its own way, in the bedside's windows or
 * in windows at random places. Everything follows from the seed and the recording's id.
 */
export async function trainingVersions(
  experiment: Pick<Experiment, 'augmentation' | 'windows' | 'seed'>,
  features: WindowFeatures,
): Promise<VersionsOf> {
  const { augmentation, windows, seed } = experiment
  const changed = await createSoundAugmentation(experiment)
  const { training } = windows
  return (recordingId) =>
    Array.from({ length: augmentation.copies }, (_, copy): Version => (clean) => {
      const heard = changed(clean, recordingId, copy)
      return training.placed === 'every-hop'
        ? features.of(heard)
        : features.atRandom(heard, training.perRecording, { seed, purpose: `windows of ${recordingId}, ${copy}` })
    })
}

/** Whether training hears every recording as the bedside scores it: then features computed before serve it. */
export const heardAsScored = ({
  augmentation: { copies, wardNoise, gain, channel },
  windows,
}: Pick<Experiment, 'augmentation' | 'windows'>): boolean =>
  copies === 1 && wardNoise === null && gain === null && channel === null && windows.training.placed === 'every-hop'
