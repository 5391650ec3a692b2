import { experimentSchema, type Experiment } from '../../training/experiment.ts'

/** The experiment of each row. What a row holds out is set fold by fold. */
export interface TableExperiments {
  readonly spiraConvV2: Experiment
  readonly compact: Experiment
  readonly tabular: Experiment
}

/** Of ward noise: what training hears is never what the probes put in. */
export interface NoiseFolders {
  readonly training: string
  readonly probes: string
}

export const TABLE_EPOCHS = 10
/** Of each training recording and its every copy, at random places. */
const WINDOWS = 3
const BATCH = 16

/**
 * The same seed, people, epochs, batches and augmentation by sound for every network. SpiraConvV2 has its authors' optimiser and dropout.
 * The compact network's settings were chosen on the project's simulated cohort, all of its voices: its row there is no test of the choice
 * (docs/EXPERIMENTS.md says how they were chosen).
 *
 * @param recordings that a fold trains on, about: for the length of the compact network's schedule.
 */
export function tableExperiments(options: {
  readonly noise: NoiseFolders | null
  readonly epochs: number
  readonly seed: number
  readonly recordings: number
}): TableExperiments {
  const { noise, epochs, seed, recordings } = options
  const common = {
    seed,
    epochs,
    // The last epoch is reached: the budget is the same for all.
    patience: epochs,
    batchSize: BATCH,
    windows: { training: { placed: 'random', perRecording: WINDOWS } },
    // Voices are held out fold by fold: nothing is trained anew within a fold.
    evaluation: { wardNoiseFolder: noise?.probes ?? null, shuffledLabels: { trainings: 0 }, unseenSites: false },
  }
  const bySound = {
    copies: 5,
    wardNoise:
      noise === null ? null : { folder: noise.training, slices: 2, level: { by: 'snr', rangeDb: [5, 30] as const } },
  }
  const steps = epochs * Math.ceil((recordings * WINDOWS) / BATCH)
  return {
    spiraConvV2: experimentSchema.parse({
      ...common,
      network: 'spira-conv-v2',
      dropout: 0.7,
      optimiser: { kind: 'adam', learningRate: 1e-3, weightDecay: 0.01 },
      augmentation: bySound,
    }),
    compact: experimentSchema.parse({
      ...common,
      network: 'compact',
      dropout: 0.3,
      labelSmoothing: 0.1,
      weightAveraging: { decay: 0.98 },
      optimiser: { kind: 'adamw', learningRate: 2e-3, weightDecay: 0.05 },
      schedule: { kind: 'cosine', warmUpSteps: Math.round(steps / 10), totalSteps: steps },
      augmentation: {
        ...bySound,
        specAugment: { timeMasks: 1, timeFrames: 20, bandMasks: 2, bands: 8 },
      },
    }),
    tabular: experimentSchema.parse(common),
  }
}
