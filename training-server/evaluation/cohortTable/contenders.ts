import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '@spira/shared/protocol/ids.ts'
import { writeFileAtomically } from '../../training/atomicFile.ts'
import { bedsideFindings, tabularFindings } from '../../training/baselines/bedsideFindings.ts'
import { descriptors } from '../../training/baselines/descriptors.ts'
import { tabularBaseline, type Tabular } from '../../training/baselines/tabularBaseline.ts'
import type { Experiment } from '../../training/experiment.ts'
import { trainModel } from '../../training/trainModel.ts'
import type { TrainingExample, TrainingProgress } from '../../training/trainingRequest.ts'
import { foldFolder, foldsOf, readEvaluation, type Fold } from '../folds.ts'
import type { ModelEvaluation } from '../modelEvaluation.ts'
import { torchSpiraConv, torchVersion } from '../peers/torchPeer.ts'
import type { TableExperiments } from './experiments.ts'

export interface Cohort {
  readonly examples: readonly TrainingExample[]
  readonly contentHash: string
}

/** One row of the table: a way to tell the classes apart, trained and tested on the same folds as every other. */
export interface Contender {
  readonly name: string
  readonly experiment: Experiment
  /** Trains without what the fold holds out, and evaluates on it. */
  evaluate(fold: Fold, workFolder: string, onProgress: (progress: TrainingProgress) => void): Promise<ModelEvaluation>
}

/** A row that stays empty, with the reason. */
export interface Absent {
  readonly name: string
  readonly absent: string
}

/** Every row of the table, the peer first. */
export async function contenders(
  cohort: Cohort,
  experiments: TableExperiments,
): Promise<readonly (Contender | Absent)[]> {
  const torch = await torchVersion()
  const findings = bedsideFindings(cohort.examples)
  const { examples } = cohort
  const tabular = (name: string, looksAt: Tabular): Contender => ({
    name,
    experiment: experiments.tabular,
    evaluate: async (fold) => (await tabularBaseline(examples, fold.experiment, looksAt)).evaluation,
  })
  return [
    torch === null
      ? { name: 'SpiraConvV2, PyTorch', absent: 'no PyTorch here (Debian: apt-get install python3-torch)' }
      : {
          name: `SpiraConvV2, PyTorch ${torch}`,
          experiment: experiments.spiraConvV2,
          evaluate: (fold, workFolder) => torchSpiraConv(examples, fold.experiment, workFolder),
        },
    { name: 'SpiraConvV2, ours', experiment: experiments.spiraConvV2, evaluate: trained(cohort) },
    { name: 'compact, ours', experiment: experiments.compact, evaluate: trained(cohort) },
    tabular('logistic regression on descriptors', descriptors),
    findings === null
      ? { name: 'vitals and symptoms alone', absent: 'the dataset has no vitals and no symptoms' }
      : tabular('vitals and symptoms alone', tabularFindings(findings)),
  ]
}

/** By our engine, in a process of its own; a stopped run goes on from its last checkpoint. */
const trained =
  ({ examples, contentHash }: Cohort): Contender['evaluate'] =>
  async (fold, workFolder, onProgress) => {
    await trainModel(
      {
        runId: newId(),
        modelId: newId(),
        workFolder,
        dataset: { id: null, contentHash, simulated: true },
        examples,
        experiment: fold.experiment,
      },
      { signal: new AbortController().signal, onProgress },
    )
    const evaluation = await readEvaluation(workFolder)
    if (evaluation === null) throw new Error(`${workFolder} holds no evaluation.json though its run succeeded.`)
    return evaluation
  }

/** A contender's folds, each done once: what lies finished in `out` is read. */
export async function evaluateFolds(
  contender: Contender,
  { examples, contentHash }: Cohort,
  options: {
    readonly out: string
    readonly holdOut: string
    readonly onFold: (fold: string, evaluation: ModelEvaluation) => void
    readonly onProgress: (fold: string, progress: TrainingProgress) => void
  },
): Promise<{ readonly name: string; readonly evaluation: ModelEvaluation }[]> {
  const done: { name: string; evaluation: ModelEvaluation }[] = []
  for (const fold of foldsOf(examples, contender.experiment, options.holdOut)) {
    const workFolder = await foldFolder(options.out, fold, { contentHash, trainedBy: contender.name })
    let evaluation = await readEvaluation(workFolder)
    if (evaluation === null) {
      await mkdir(workFolder, { recursive: true })
      evaluation = await contender.evaluate(fold, workFolder, (progress) => options.onProgress(fold.name, progress))
      await writeFileAtomically(join(workFolder, 'evaluation.json'), JSON.stringify(evaluation))
    }
    options.onFold(fold.name, evaluation)
    done.push({ name: fold.name, evaluation })
  }
  return done
}
