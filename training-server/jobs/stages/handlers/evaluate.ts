import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inTrainProcess } from '../../../training/trainModel.ts'
import { WEIGHTS_FILES } from '../../../training/weightsFiles.ts'
import { outputOf } from '../inputs.ts'
import { requestOf } from './train.ts'
import type { StageHandler } from './handler.ts'

/** What an evaluation leaves, as it lies in the work folder (training/publishModel.ts). */
export const EVALUATED_FILES = {
  onnx: 'model.onnx',
  golden: 'golden.json',
  manifest: 'manifest.json',
  evaluation: 'evaluation.json',
  record: 'run.json',
} as const

/** Measures one trained model on the people it was not trained on, under every condition, and writes its files. */
export const evaluate: StageHandler = async (work) => {
  const { context, stage, inputs, folder, progress, signal } = work
  const request = await requestOf(work)
  await mkdir(folder, { recursive: true })
  for (const name of ['onnx', 'trained'] as const)
    await copyFile(
      await context.blobs.localPath(outputOf(inputs, 'train', stage.shard, name)),
      join(folder, WEIGHTS_FILES[name]),
    )
  const { used } = await inTrainProcess(
    { part: 'evaluate', request },
    { signal, onProgress: (step) => progress.report(step) },
  )
  const output: Record<string, string> = {}
  for (const [name, file] of Object.entries(EVALUATED_FILES))
    output[name] = await context.blobs.put(await readFile(join(folder, file)))
  return { output, used }
}
