import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { modelManifestSchema } from '@spira/shared/model/manifest.ts'
import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import { recordingProbability } from '@spira/shared/model/calibration.ts'
import { Scorer } from './scorer.ts'
import { WindowFeatures } from './windowFeatures.ts'

/** A trained model has no version until the registry takes it. */
const folderManifestSchema = modelManifestSchema.extend({ version: z.number().int().nonnegative().optional() })
export type FolderManifest = z.infer<typeof folderManifestSchema>

export interface RecordingScore {
  /** Mean over the windows, after the temperature. */
  readonly probability: number
  /** One a window. */
  readonly logits: readonly number[]
}

/** A model as its files lie in a folder, ready to score recordings as the bedside app would. */
export interface LoadedModel {
  readonly manifest: FolderManifest
  /** @param samples 16 kHz mono in [-1, 1]. */
  score(samples: Float32Array): Promise<RecordingScore>
}

/**
 * Loads model.onnx by the manifest.json beside it.
 * @throws when the file is not the one that the manifest names.
 */
export async function loadModelFolder(folder: string): Promise<LoadedModel> {
  const manifest = folderManifestSchema.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')))
  const onnx = new Uint8Array(await readFile(join(folder, 'model.onnx')))
  if ((await sha256Hex(onnx)) !== manifest.onnx.sha256) {
    throw new Error(`${folder}/model.onnx is not the file that manifest.json names (SHA-256 differs).`)
  }
  const features = new WindowFeatures(manifest)
  const scorer = await Scorer.create(onnx, {
    shape: features.shape,
    threads: 1,
    names: { input: manifest.input.name, output: manifest.output.name },
  })
  return {
    manifest,
    async score(samples) {
      const logits: number[] = []
      for (const window of features.of(samples)) logits.push(...(await scorer.logits(window, 1)))
      return { logits, probability: recordingProbability(logits, manifest) }
    },
  }
}
