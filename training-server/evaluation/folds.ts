import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import type { Experiment } from '../training/experiment.ts'
import { experimentIdentity } from '../training/runIdentity.ts'
import { heldOutRules } from '../training/split.ts'
import type { TrainingExample } from '../training/trainingRequest.ts'
import type { ModelEvaluation } from './modelEvaluation.ts'

/** One part of a cross-validation, with the experiment that holds it out. */
export interface Fold {
  readonly name: string
  readonly experiment: Experiment
}

/** @param by a number of folds, or a column whose values are held out one after the other. */
export const foldsOf = (
  examples: readonly TrainingExample[],
  experiment: Experiment,
  by: number | string,
): readonly Fold[] =>
  heldOutRules(examples, by).map((heldOut) => ({
    name: heldOut.by === 'group' ? heldOut.value : heldOut.by === 'fold' ? `fold ${heldOut.fold}` : 'test',
    experiment: { ...experiment, split: { ...experiment.split, heldOut } },
  }))

/**
 * Where a fold's run lies within `out`, named by all that decides its result: another experiment, network (though its name stayed), dataset or `trainedBy` in the same folder is
 * another fold.
 */
export async function foldFolder(
  out: string,
  { name, experiment }: Fold,
  { contentHash, trainedBy }: { readonly contentHash: string; readonly trainedBy?: string },
): Promise<string> {
  const identity = await sha256Hex(
    utf8(canonicalJson({ own: await experimentIdentity(experiment), contentHash, ...(trainedBy && { trainedBy }) })),
  )
  const named = [...(trainedBy === undefined ? [] : [trainedBy]), name].join(' ')
  return resolve(out, `${named.replaceAll(/[^\w-]+/g, '-')}-${identity.slice(0, 8)}`)
}

/** @returns null where the fold has not been evaluated yet; the file is written whole or not at all. */
export async function readEvaluation(workFolder: string): Promise<ModelEvaluation | null> {
  try {
    return JSON.parse(await readFile(join(workFolder, 'evaluation.json'), 'utf8')) as ModelEvaluation
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
