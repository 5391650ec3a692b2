import { join } from 'node:path'
import { participantScores } from '../evaluation/participantScores.ts'
import { LEAST_OF_A_SITE, type RetrainedScores } from '../evaluation/probes/probes.ts'
import { recordingProbability } from '@spira/shared/model/calibration.ts'
import type { Experiment } from './experiment.ts'
import { forwardGraph, type LayerStack } from './graph/networkGraphs.ts'
import { withPermutedParts } from './permutedLabels.ts'
import { Scorer } from './scorer.ts'
import { readSpeech } from './speech.ts'
import { windowsOf, type StoredRecording } from './storedRecordings.ts'
import { trainingLoop } from './trainingLoop.ts'
import type { TrainingExample } from './trainingRequest.ts'
import type { WindowFeatures } from './windowFeatures.ts'
import type { WindowStore } from './windowStore.ts'

/** A finished run whose features are still there. */
export interface Retrainable {
  readonly stack: LayerStack
  readonly experiment: Experiment
  readonly features: WindowFeatures
  readonly store: WindowStore
  readonly train: readonly StoredRecording[]
  readonly validation: readonly StoredRecording[]
  readonly test: readonly TrainingExample[]
  readonly workFolder: string
  readonly requestHash: string
}

/**
 * Trains the run's network anew for the probes: on shuffled labels, and without each site in turn. Everything follows from the seed; a
 * stopped training goes on from its own checkpoint.
 */
export async function retrainForProbes(run: Retrainable, onTrained: () => void): Promise<RetrainedScores> {
  const { trainings, sites, epochs } = plan(run.experiment, run)
  const shuffledLabels: RetrainedScores['shuffledLabels'][number][] = []
  for (let training = 1; training <= trainings; training += 1) {
    const shuffled = withPermutedParts(run, run.experiment.seed + training)
    const { train, validation, test } = shuffled
    const score = await retrained(run, { name: `shuffled-${training}`, train, validation, epochs })
    shuffledLabels.push(participantScores(await scored(test, score)))
    onTrained()
  }
  const unseenSites: RetrainedScores['unseenSites'][number][] = []
  for (const [at, siteId] of sites.entries()) {
    const { train, validation, there } = withoutSite(run, siteId)
    const score = await retrained(run, {
      name: `without-site-${at + 1}`,
      train,
      validation,
      epochs: run.experiment.epochs,
    })
    unseenSites.push(...participantScores(await scored(there, score)).map((one) => ({ ...one, siteId })))
    onTrained()
  }
  return { shuffledLabels, unseenSites }
}

type Parts = Readonly<Record<'train' | 'validation' | 'test', readonly TrainingExample[]>>

/** What is trained anew: nothing where the labels themselves are shuffled, as that run is such a training. */
function plan({ evaluation, epochs, labels }: Experiment, parts: Parts) {
  if (labels === 'permuted') return { trainings: 0, sites: [], epochs: 0 }
  const { shuffledLabels, unseenSites } = evaluation
  return {
    trainings: shuffledLabels.trainings,
    sites: unseenSites ? sitesToHoldOut(parts) : [],
    epochs: Math.min(shuffledLabels.epochs, epochs),
  }
}

/** How many networks `retrainForProbes` will train. */
export const retrainings = (experiment: Experiment, parts: Parts): number => {
  const { trainings, sites } = plan(experiment, parts)
  return trainings + sites.length
}

/** In a fixed order: sites with people enough of each class, beside whom enough are left to train and to validate. */
function sitesToHoldOut(parts: Parts): string[] {
  const everybody = [...parts.train, ...parts.validation, ...parts.test]
  return [...new Set(everybody.map(({ siteId }) => siteId))].sort().filter((siteId) => {
    const { train, validation, there } = withoutSite(parts, siteId)
    return (
      leastOfClass(there) >= LEAST_OF_A_SITE && leastOfClass(train) >= LEAST_OF_A_SITE && leastOfClass(validation) >= 1
    )
  })
}

/**
 * A site held out: its recordings, and what is left to learn from. Whoever was recorded there even once is left out of training with all their
 * recordings, else a network would be tested on people it knows.
 */
export function withoutSite<Learned extends TrainingExample>(
  {
    train,
    validation,
    test,
  }: {
    readonly train: readonly Learned[]
    readonly validation: readonly Learned[]
    readonly test: readonly TrainingExample[]
  },
  siteId: string,
) {
  const there = [...train, ...validation, ...test].filter((example) => example.siteId === siteId)
  const people = new Set(there.map(({ participantId }) => participantId))
  const strangers = (part: readonly Learned[]) => part.filter(({ participantId }) => !people.has(participantId))
  return { train: strangers(train), validation: strangers(validation), there }
}

/** People of the class that has fewer. */
const leastOfClass = (examples: readonly TrainingExample[]): number =>
  Math.min(
    ...[0, 1].map(
      (of) => new Set(examples.flatMap(({ label, participantId }) => (label === of ? [participantId] : []))).size,
    ),
  )

type Score = (samples: Float32Array) => Promise<number>

/** A network of the run's kind from its first weights; its logits are read uncalibrated, which moves no ROC-AUC within it. */
async function retrained(
  run: Retrainable,
  other: {
    readonly name: string
    readonly train: readonly StoredRecording[]
    readonly validation: readonly StoredRecording[]
    readonly epochs: number
  },
): Promise<Score> {
  const { stack, experiment, features } = run
  const checkpointPath = join(run.workFolder, `checkpoint-${other.name}.bin`)
  const { parameters } = await trainingLoop({
    stack,
    experiment: { ...experiment, epochs: other.epochs },
    windows: run.store,
    train: windowsOf(other.train),
    validation: windowsOf(other.validation),
    checkpointPath,
    requestHash: run.requestHash,
    onEpoch() {},
  })
  const scorer = await Scorer.create(forwardGraph(stack, parameters), {
    shape: stack.input,
    threads: experiment.threads,
  })
  return async (samples) => {
    const logits: number[] = []
    for (const window of features.of(samples)) logits.push(...(await scorer.logits(window, 1)))
    return recordingProbability(logits, { temperature: 1 })
  }
}

async function scored(examples: readonly TrainingExample[], score: Score) {
  const scores: { participantId: string; label: 0 | 1; probability: number }[] = []
  for (const { participantId, label, wavPath } of examples)
    scores.push({ participantId, label, probability: await score(await readSpeech(wavPath)) })
  return scores
}
