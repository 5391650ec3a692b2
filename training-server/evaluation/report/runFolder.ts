import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelManifestSchema } from '@spira/shared/model/manifest.ts'
import type { RunRecord } from '../../training/publishModel.ts'
import type { ModelEvaluation } from '../modelEvaluation.ts'
import type { ReportedRun } from './runReport.ts'

/** What a run left in its folder, as its report needs it; no sound is in it. */
export async function readRunFolder(folder: string): Promise<Omit<ReportedRun, 'examples'>> {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'))
  const manifest = modelManifestSchema.omit({ version: true }).parse(await read('manifest.json'))
  // Written by the same version of this program, beside the manifest that names it.
  const evaluation = (await read('evaluation.json')) as ModelEvaluation
  const { history, bestEpoch, experiment } = (await read('run.json')) as RunRecord
  return { manifest, evaluation, history, bestEpoch, experiment }
}
