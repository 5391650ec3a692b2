import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from './atomicFile.ts'
import type { TrainedWeights } from './trainWeights.ts'

/** What training leaves in its work folder for the evaluation, which may run in another process or on another machine. */
export const WEIGHTS_FILES = { onnx: 'weights.onnx', trained: 'trained.json' } as const

export async function writeWeights(folder: string, { onnx, ...trained }: TrainedWeights): Promise<void> {
  await writeFileAtomically(join(folder, WEIGHTS_FILES.onnx), onnx)
  await writeFileAtomically(join(folder, WEIGHTS_FILES.trained), JSON.stringify(trained))
}

export async function readWeights(folder: string): Promise<TrainedWeights> {
  const onnx = new Uint8Array(await readFile(join(folder, WEIGHTS_FILES.onnx)))
  const trained = JSON.parse(await readFile(join(folder, WEIGHTS_FILES.trained), 'utf8')) as Omit<
    TrainedWeights,
    'onnx'
  >
  return { onnx, ...trained }
}
