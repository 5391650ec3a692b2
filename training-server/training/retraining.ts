import { join } from 'node:path'
import { participantScores } from '../evaluation/participantScores.ts'
import { LEAST_OF_A_SITE, type RetrainedScores } from '../evaluation/probes/probes.ts'
import { recordingProbability } from '@spira/shared/model/calibration.ts'
import type { Experiment } from './experiment.ts'
import { forwardGraph, type LayerStack } from './graph/networkGraphs.ts'
import { withPermutedLabels } from './permutedLabels.ts'
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
    // In pairs: the same shuffle, then with its two labels exchanged. A network of few people leans one way by chance, and the other way then.
    const seed = run.experiment.seed + Math.ceil(training / 2)
    const shuffled = (part: readonly StoredRecording[]) => {
      const permuted = withPermutedLabels(part, seed)
      return training % 2 === 1
        ? permuted
        : permuted.map((one) => ({ ...one, label: one.label === 1 ? 0 : 1 }) as const)
    }
    const score = await retrained(run, {
      name: `shuffled-${training}`,
      train: shuffled(run.train),
      validation: shuffled(run.validation),
      epochs,
    })
    shuffledLabels.push(participantScores(await scored(run.test, score)))
    onTrained()
  }
  const unseenSites: RetrainedScores['unseenSites'][number][] = []
  const everybody = [...run.train, ...run.validation, ...run.test]
  for (const [at, siteId] of sites.entries()) {
    const elsewhere = <Example extends TrainingExample>(part: readonly Example[]) =>
      part.filter((example) => example.siteId !== siteId)
    const score = await retrained(run, {
      name: `without-site-${at + 1}`,
      train: elsewhere(run.train),
      validation: elsewhere(run.validation),
      epochs: run.experiment.epochs,
    })
    const there = everybody.filter((example) => example.siteId === siteId)
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
function sitesToHoldOut({ train, validation, test }: Parts): string[] {
  const everybody = [...train, ...validation, ...test]
  return [...new Set(everybody.map(({ siteId }) => siteId))].sort().filter((siteId) => {
    const elsewhere = (part: readonly TrainingExample[]) => part.filter((example) => example.siteId !== siteId)
    return (
      leastOfClass(everybody.filter((example) => example.siteId === siteId)) >= LEAST_OF_A_SITE &&
      leastOfClass(elsewhere(train)) >= LEAST_OF_A_SITE &&
      leastOfClass(elsewhere(validation)) >= 1
    )
  })
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
