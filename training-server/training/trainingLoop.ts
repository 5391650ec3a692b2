import { followedRanges, initialParameters, tensorViews } from './flatParameters.ts'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.ts'
import { learningRateAt, type Experiment } from './experiment.ts'
import { GradientEngine, type MicroBatch } from './gradientEngine.ts'
import { blend, mixupPlan } from './augmentation/mixup.ts'
import { specAugment } from './augmentation/specAugment.ts'
import { elementCount } from './graph/layer.ts'
import { forwardGraph, outputCount, parametersOf, type LayerStack } from './graph/networkGraphs.ts'
import { freshState, Optimiser } from './optimiser.ts'
import { RandomStream } from './randomStream.ts'
import { Scorer } from './scorer.ts'
import type { WindowStore } from './windowStore.ts'

/**
 * Samples whose activations are in memory at once: as fast as larger ones on one thread, in less than half of the memory of
 * PyTorch (bench/training.ts). Part of what decides the last bits of the weights. A network with statistics over samples has its own.
 */
export const MICRO_BATCH = 3

export interface LabelledWindow {
  /** Where the window store has its features: a place for each version of the recording, one at least. */
  readonly versions: readonly number[]
  readonly label: 0 | 1
}

/** The version of a window that an epoch hears. */
interface HeardWindow {
  readonly index: number
  readonly label: 0 | 1
}

export type EpochResult = Checkpoint['history'][number]

interface Loop {
  readonly stack: LayerStack
  readonly experiment: Experiment
  readonly windows: WindowStore
  readonly train: readonly LabelledWindow[]
  readonly validation: readonly LabelledWindow[]
  readonly checkpointPath: string
  readonly requestHash: string
  readonly onEpoch: (result: EpochResult) => void
}

/**
 * Trains until the validation loss has stopped falling, writing a checkpoint after each epoch and going on from the one it finds.
 * All randomness follows from the seed, the epoch and the step, so a run that was stopped ends with the same weights, byte for
 * byte, as one that was not.
 *
 * @returns the weights of the epoch with the least validation loss, and the history of all.
 */
export async function trainingLoop(
  loop: Loop,
): Promise<{ parameters: Float32Array; bestEpoch: number; history: readonly EpochResult[] }> {
  const { stack, experiment, checkpointPath, requestHash } = loop
  const { threads } = experiment
  const specs = parametersOf(stack)
  const begun =
    (await readCheckpoint(checkpointPath, requestHash)) ??
    beginning(initialParameters(specs, experiment.seed), requestHash)
  let { epoch, step, best, bestParameters } = begun
  const history = [...begun.history]
  // Killed between its checkpoint and its report, an epoch would be missing from the run's curves for ever.
  for (const told of history) loop.onEpoch(told)
  // The process's output is the run's log.
  if (epoch > 0) process.stdout.write(`goes on after epoch ${epoch}\n`)

  const optimiser = await Optimiser.create(begun.state, {
    ...experiment.optimiser,
    threads,
    followed: followedRanges(specs),
  })
  const { parameters } = optimiser.state
  const weightsOf = classWeights(loop.train, experiment.classWeights)
  const engine = await GradientEngine.create(stack, parameters, {
    microBatch: stack.microBatch ?? MICRO_BATCH,
    threads,
    classWeights: [weightsOf[0], weightsOf[1]],
  })
  const averaged = begun.averaged.slice()
  const judged = experiment.weightAveraging === null ? parameters : averaged
  const weights = tensorViews(specs, judged)
  const scorer = await Scorer.create(forwardGraph(stack, 'fed'), { shape: stack.input, threads, weights })
  const validate = validation(loop, scorer, weightsOf)
  const microBatches = batchReader(loop, weightsOf)

  const trainStep = async (batch: readonly HeardWindow[]): Promise<number> => {
    step += 1
    const random = new RandomStream(experiment.seed, `dropout of step ${step}`)
    const { loss, gradients } = await engine.compute(microBatches(batch, step), () => {
      for (const list of engine.drawn) random.drawInto(list)
    })
    await optimiser.step(gradients, learningRateAt(experiment, step), step)
    if (experiment.weightAveraging !== null) average(averaged, parameters, experiment.weightAveraging.decay, step)
    return loss
  }

  while (epoch < experiment.epochs && epoch - best.epoch < experiment.patience) {
    epoch += 1
    const order = heardIn(
      epoch,
      new RandomStream(experiment.seed, `order of epoch ${epoch}`).shuffled(loop.train),
      experiment,
    )
    let lossSum = 0
    for (let from = 0; from < order.length; from += experiment.batchSize) {
      const batch = order.slice(from, from + experiment.batchSize)
      lossSum += batch.length * (await trainStep(batch))
    }
    const result = { epoch, trainLoss: lossSum / order.length, validationLoss: await validate() }
    if (!Number.isFinite(result.trainLoss + result.validationLoss)) {
      throw new RangeError(
        `Training diverged in epoch ${epoch}: the loss is no number any more. Lower the learning rate.`,
      )
    }
    history.push(result)
    if (result.validationLoss < best.validationLoss) {
      best = { epoch, validationLoss: result.validationLoss }
      bestParameters = judged.slice()
    }
    const { state } = optimiser
    await writeCheckpoint(checkpointPath, {
      ...begun,
      epoch,
      step,
      best,
      history,
      state,
      bestParameters,
      averaged: judged,
    })
    loop.onEpoch(result)
  }
  return { parameters: bestParameters, bestEpoch: best.epoch, history }
}

const beginning = (parameters: Float32Array, requestHash: string): Checkpoint => ({
  schema: 2,
  requestHash,
  parameterCount: parameters.length,
  epoch: 0,
  step: 0,
  best: { epoch: 0, validationLoss: Number.MAX_VALUE },
  history: [],
  state: freshState(parameters),
  bestParameters: parameters,
  averaged: parameters,
})

/** Moves the mean towards the weights, in place. Early steps count for more, so that the initial weights are soon forgotten. */
function average(mean: Float32Array, weights: Float32Array, decay: number, step: number): void {
  const kept = Math.min(decay, step / (step + 9))
  for (const [at, weight] of weights.entries()) mean[at] = kept * mean[at] + (1 - kept) * weight
}

/** One version of each window, every one as likely. */
function heardIn(epoch: number, windows: readonly LabelledWindow[], { seed }: Experiment): HeardWindow[] {
  const random = new RandomStream(seed, `versions of epoch ${epoch}`)
  return windows.map(({ versions, label }) => {
    const index = versions[random.index(versions.length)]
    if (index === undefined) throw new RangeError('A window has no version.')
    return { index, label }
  })
}

type ClassWeights = Readonly<Record<0 | 1, number>>

/** Of one sample of each class: 1, or such that both classes weigh the same in all and the mean stays 1. */
function classWeights(train: readonly LabelledWindow[], kind: Experiment['classWeights']): ClassWeights {
  if (kind === 'equal') return { 0: 1, 1: 1 }
  const positives = train.filter(({ label }) => label === 1).length
  return { 0: train.length / (2 * (train.length - positives)), 1: train.length / (2 * positives) }
}

/**
 * Cuts a batch into micro-batches, the last filled up with samples of weight 0; the lists are used again for the next. What is
 * blended and hidden follows from the seed and the step. Class weights are the samples' own where the network gives one logit; where it gives
 * one of each class, the loss has them.
 */
function batchReader(
  { windows, stack, experiment: { augmentation, labelSmoothing, seed } }: Loop,
  weightsOf: ClassWeights,
): (batch: readonly HeardWindow[], step: number) => Generator<MicroBatch> {
  const size = elementCount(stack.input)
  const bins = stack.input.at(-1) ?? 1
  const microBatch = stack.microBatch ?? MICRO_BATCH
  const classes = outputCount(stack)
  const features = new Float32Array(microBatch * size)
  const other = new Float32Array(size)
  return function* microBatches(batch, step) {
    const mixing =
      augmentation.mixup === null
        ? null
        : mixupPlan(batch.length, augmentation.mixup.alpha, new RandomStream(seed, `mixup of step ${step}`))
    const hiding = new RandomStream(seed, `masks of step ${step}`)
    for (let from = 0; from < batch.length; from += microBatch) {
      const part = batch.slice(from, from + microBatch)
      windows.read(
        part.map(({ index }) => index),
        features,
      )
      features.fill(0, part.length * size)
      const labels = new Float32Array(microBatch * classes)
      const sampleWeights = new Float32Array(microBatch)
      for (const [at, { label }] of part.entries()) {
        const window = features.subarray(at * size, (at + 1) * size)
        const { partner, share } = mixing?.[from + at] ?? { partner: from + at, share: 1 }
        const mixed = batch[partner]
        if (share < 1 && mixed !== undefined) {
          windows.read([mixed.index], other)
          blend(window, other, share)
        }
        const otherLabel = mixed?.label ?? label
        const blended = share * label + (1 - share) * otherLabel
        const wanted = (1 - labelSmoothing) * blended + labelSmoothing / 2
        const weight = share * weightsOf[label] + (1 - share) * weightsOf[otherLabel]
        labels.set(classes === 1 ? [wanted] : [1 - wanted, wanted], at * classes)
        sampleWeights[at] = (classes === 1 ? weight : 1) / batch.length
        if (augmentation.specAugment !== null) specAugment(window, bins, augmentation.specAugment, hiding)
      }
      yield { features, labels, sampleWeights }
    }
  }
}

/** Mean cross-entropy over the validation windows, without dropout. */
function validation(
  { windows, stack, validation: part }: Loop,
  scorer: Scorer,
  weightsOf: ClassWeights,
): () => Promise<number> {
  const size = elementCount(stack.input)
  const features = new Float32Array(MICRO_BATCH * size)
  return async () => {
    let sum = 0
    for (let from = 0; from < part.length; from += MICRO_BATCH) {
      const batch = part.slice(from, from + MICRO_BATCH)
      windows.read(
        batch.map(({ versions }) => versions[0] ?? Number.NaN),
        features,
      )
      const logits = await scorer.logits(features.subarray(0, batch.length * size), batch.length)
      for (const [at, { label }] of batch.entries()) {
        const logit = logits[at] ?? Number.NaN
        sum += weightsOf[label] * (Math.max(logit, 0) - logit * label + Math.log1p(Math.exp(-Math.abs(logit))))
      }
    }
    return sum / part.reduce((total, { label }) => total + weightsOf[label], 0)
  }
}
