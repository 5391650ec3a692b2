import { z } from 'zod'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import { featureSpecSchema } from '@spira/shared/signal/featureSpec.ts'
import { metricNames } from '../evaluation/metrics.ts'
import { operatingPointSchema } from '../evaluation/operatingPoint.ts'
import { augmentationSchema } from './augmentation/augmentation.ts'
import { splitSchema } from './split.ts'

export const seedSchema = z.int().nonnegative()
export const epochsSchema = z.int().min(1).max(10_000)

/**
 * Everything a data scientist may choose, with its default, in one place. What is written down is the whole experiment: it is
 * saved with the run, and its hash travels with the model.
 */
export const experimentSchema = z.strictObject({
  /** A name from networks/networks.ts; it brings its features and its windows. */
  network: z.string().default('spira-conv-v2'),
  /** Null: the network's own. The network is built for the frames and bins that follow. */
  features: featureSpecSchema.nullable().default(null),
  /** A recording shorter than a window is repeated until it fills one, at the bedside as here. */
  windows: z
    .strictObject({
      /** Null: the network's own. */
      seconds: z.number().min(0.5).max(30).nullable().default(null),
      /** From one window's start to the next; less than `seconds` and they overlap. Null: the network's own. */
      hopSeconds: z.number().min(0.1).max(30).nullable().default(null),
      /** Where those are that are trained on. Whatever is chosen, scores are those of the bedside's windows. */
      training: z
        .discriminatedUnion('placed', [
          z.strictObject({ placed: z.literal('every-hop') }),
          /** So many of each recording at random places, drawn from the seed: no network learns where windows begin. */
          z.strictObject({ placed: z.literal('random'), perRecording: z.int().min(1).max(100).default(4) }),
        ])
        .default({ placed: 'every-hop' }),
    })
    .prefault({}),
  /** Initial weights, shuffling, dropout, augmentation and bootstrap all follow from it. */
  seed: seedSchema.default(1),
  /** Threads of one run. Part of the configuration: another number gives other last bits. */
  threads: z.int().min(1).max(64).default(1),
  batchSize: z.int().min(1).max(1024).default(30),
  epochs: epochsSchema.default(60),
  /** Training stops when the validation loss has not fallen for so many epochs; the best epoch's weights are kept. */
  patience: z.int().min(1).default(15),
  optimiser: z
    .strictObject({
      kind: z.enum(['adam', 'adamw']).default('adam'),
      learningRate: z.number().positive().default(1e-3),
      /** 'adam': added to the gradient (L2), as SPIRA has it; 'adamw': the weights shrink by this share of the learning rate. */
      weightDecay: z.number().nonnegative().default(0.01),
    })
    .prefault({}),
  schedule: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('constant') }),
      /** Vaswani et al. 2017, scaled so that its peak, at the end of the warm-up, is the learning rate. */
      z.strictObject({ kind: z.literal('noam'), warmUpSteps: z.int().positive() }),
      /** Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts: a linear warm-up, then half a cosine down to 0. */
      z.strictObject({
        kind: z.literal('cosine'),
        warmUpSteps: z.int().nonnegative().default(0),
        totalSteps: z.int().positive(),
      }),
    ])
    .default({ kind: 'constant' }),
  /**
   * 'binary-cross-entropy': of one logit a window. 'softmax-cross-entropy': the network ends in a logit of each class, and the score is the
   * second one's softmax; class weights are then those of PyTorch's cross_entropy, share by share of a smoothed or blended label.
   */
  loss: z.enum(['binary-cross-entropy', 'softmax-cross-entropy']).default('binary-cross-entropy'),
  /** 'balanced': both classes weigh the same in the loss, however many windows each has. */
  classWeights: z.enum(['equal', 'balanced']).default('equal'),
  /** So much of each label is shared by both classes (Szegedy et al. 2016, arXiv:1512.00567): scores stay less certain. */
  labelSmoothing: z.number().min(0).max(0.5).default(0),
  /**
   * The model is the running mean of the weights (Polyak & Juditsky 1992; Izmailov et al. 2018, arXiv:1803.05407): after each step the mean
   * keeps so much of itself, less in the first steps. It is what is validated and kept. Null: the weights as the last step left them.
   */
  weightAveraging: z
    .strictObject({ decay: z.number().min(0).max(0.9999) })
    .nullable()
    .default(null),
  /** Share of values dropped after each block. */
  dropout: z.number().min(0).max(0.95).default(0.7),
  split: splitSchema.prefault({}),
  /** How the threshold is chosen on the validation participants. */
  operatingPoint: operatingPointSchema.default({ kind: 'sensitivity', atLeast: 0.9 }),
  /** How far on each side of the threshold a score says "uncertain: record again or decide clinically"; it travels in the manifest. */
  uncertain: z.strictObject({ margin: z.number().min(0).max(0.5).default(0.1) }).prefault({}),
  /** How scores are made probabilities, on the validation participants: 'isotonic' follows any rising shape, and needs more of them. */
  calibration: z.enum(['temperature', 'isotonic']).default('temperature'),
  /**
   * 'permuted' trains and tests on labels shuffled among the participants of each part: whatever such a model scores above chance, the
   * pipeline gave away.
   */
  labels: z.enum(['given', 'permuted']).default('given'),
  evaluation: z
    .strictObject({
      /** WAV files of ward noise for the probes; without them, the quiet of the other class's recordings is swapped in. */
      wardNoiseFolder: z.string().min(1).nullable().default(null),
      /** Of speech above the noise put in, in dB. */
      snrDb: z.number().default(10),
      /**
       * How often the network is trained anew, for so many epochs at most, on labels shuffled among people: what such a network still tells
       * apart, the pipeline gave away.
       */
      shuffledLabels: z
        .strictObject({ trainings: z.int().min(0).max(20).default(2), epochs: z.int().min(1).max(10_000).default(5) })
        .prefault({}),
      /** Whether the network is trained once more without each site that has people enough, and tested on them. */
      unseenSites: z.boolean().default(true),
      /** Figures that go into the model's manifest, in this order; evaluation.json has all. The gate asks for its own. */
      metrics: z
        .array(z.enum(metricNames))
        .min(1)
        .default([...metricNames]),
    })
    .prefault({}),
  augmentation: augmentationSchema.prefault({}),
})
export type Experiment = z.infer<typeof experimentSchema>

/** SHA-256 of the whole experiment, defaults filled in, as canonical JSON. */
export const configurationHash = (experiment: Experiment): Promise<string> => sha256Hex(utf8(canonicalJson(experiment)))

/** Learning rate of a step, counted from 1. */
export function learningRateAt(experiment: Experiment, step: number): number {
  const { learningRate } = experiment.optimiser
  const { schedule } = experiment
  if (schedule.kind === 'constant') return learningRate
  if (schedule.kind === 'noam') return noam(learningRate, schedule.warmUpSteps, step)
  return cosine(learningRate, schedule, step)
}

/** lr sqrt(w) min(s w^-1.5, s^-0.5): rises linearly to lr at step w, then falls with the square root of the step. */
export const noam = (learningRate: number, warmUpSteps: number, step: number): number =>
  learningRate * Math.sqrt(warmUpSteps) * Math.min(step * warmUpSteps ** -1.5, step ** -0.5)

/** Rises linearly to lr at the last step of the warm-up, then falls as half a cosine to 0 at the last step, and stays there. */
export const cosine = (
  learningRate: number,
  { warmUpSteps, totalSteps }: { readonly warmUpSteps: number; readonly totalSteps: number },
  step: number,
): number => {
  if (step < warmUpSteps) return (learningRate * step) / warmUpSteps
  const done = Math.min(1, (step - warmUpSteps) / Math.max(1, totalSteps - warmUpSteps))
  return (learningRate * (1 + Math.cos(Math.PI * done))) / 2
}
