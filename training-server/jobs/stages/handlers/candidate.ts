import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { modelManifestSchema } from '@spira/shared/model/manifest.ts'
import { registerCandidate } from '../../../models/registry.ts'
import { keepArtefacts } from '../../runArtefacts.ts'
import { outputOf, readJson } from '../inputs.ts'
import { EVALUATED_FILES } from './evaluate.ts'
import { gateReportSchema } from './gate.ts'
import type { StageHandler } from './handler.ts'

/** Registers the chosen model with its report and what the gate found. A run registers once, however often this is begun. */
export const candidate: StageHandler = async ({ context, run, inputs, folder, progress }) => {
  const { blobs } = context
  const report = await readJson(context, outputOf(inputs, 'gate', 'all', 'report'), gateReportSchema)
  const sha256 = (name: keyof typeof EVALUATED_FILES) => outputOf(inputs, 'evaluate', report.chosen, name)
  await mkdir(folder, { recursive: true })
  for (const name of ['manifest', 'evaluation', 'record'] as const)
    await copyFile(await blobs.localPath(sha256(name)), join(folder, EVALUATED_FILES[name]))
  await keepArtefacts(context, run.id, folder)
  const manifest = await readJson(context, sha256('manifest'), modelManifestSchema.omit({ version: true }))
  const { modelId, version } = await registerCandidate(context, {
    runId: run.id,
    datasetVersionId: run.datasetVersionId,
    trained: {
      manifest,
      onnxPath: await blobs.localPath(sha256('onnx')),
      goldenPath: await blobs.localPath(sha256('golden')),
    },
    decision: report,
  })
  progress.say(`model version ${version}${report.passed ? '' : ', which the gate stops'}`)
  return { output: { onnx: manifest.onnx.sha256, modelId } }
}
