import { goldenSchema, modelManifestSchema, type Golden, type ModelManifest } from '@spira/shared/model/manifest.ts'
import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import { featureSpecHash } from '@spira/shared/signal/featureSpec.ts'
import { ModelError } from './modelError.ts'

/** A model as this device keeps it: its three files, read and checked against each other. */
export interface ModelFiles {
  readonly manifest: ModelManifest
  /** Exact text. */
  readonly manifestText: string
  readonly onnx: ArrayBuffer
  readonly golden: Golden
  readonly goldenText: string
}

/**
 * Reads the three files of a model. That they come from where they should is the caller's to prove; here they must be of the
 * right form and belong together.
 *
 * @throws ModelError `manifest_invalid`, `manifest_mismatch`, `feature_spec_mismatch`.
 */
export async function readModelFiles(manifestText: string, onnx: ArrayBuffer, goldenText: string): Promise<ModelFiles> {
  const manifest = parse(modelManifestSchema, manifestText)
  if ((await featureSpecHash(manifest.features)) !== manifest.featureSpecHash)
    throw new ModelError('feature_spec_mismatch')
  const goldenBytes = new TextEncoder().encode(goldenText)
  await mustBe('model.onnx', onnx, manifest.onnx)
  await mustBe('golden.json', goldenBytes.buffer, manifest.golden)
  return { manifest, manifestText, onnx, golden: parse(goldenSchema, goldenText), goldenText }
}

function parse<T>(schema: { parse(value: unknown): T }, text: string): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new ModelError('manifest_invalid', '', { cause })
  }
}

async function mustBe(name: string, bytes: ArrayBuffer, file: ModelManifest['onnx']): Promise<void> {
  if (bytes.byteLength !== file.byteLength || (await sha256Hex(bytes)) !== file.sha256)
    throw new ModelError('manifest_mismatch', name)
}
