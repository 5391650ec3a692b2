import type { ReleaseClient } from '@spira/shared/release/client.ts'
import type { ReleaseTarget, TargetFile } from '@spira/shared/release/releaseTarget.ts'
import { ModelError } from './modelError.ts'
import { readModelFiles, type ModelFiles } from './modelFiles.ts'

/**
 * Fetches a release's signed files and checks that the manifest speaks of them and of this release.
 *
 * @throws ReleaseError, or ModelError `manifest_invalid`, `manifest_mismatch`, `feature_spec_mismatch`.
 */
export async function downloadRelease(client: ReleaseClient, release: ReleaseTarget): Promise<ModelFiles> {
  const text = async (file: TargetFile): Promise<string> => new TextDecoder().decode(await client.download(file))
  // The manifest first: what it does not fit is not worth the network's megabytes.
  const manifest = await text(release.manifest)
  const golden = await text(release.golden)
  const onnx = await client.download(release.onnx)
  const files = await readModelFiles(manifest, onnx.buffer, golden)
  const { modelId, version } = files.manifest
  if (modelId !== release.modelId || version !== release.version)
    throw new ModelError('manifest_mismatch', 'manifest.json')
  return files
}
