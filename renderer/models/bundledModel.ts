import { RELEASE_FILES, type ReleaseFile } from '@spira/shared/release/releaseTarget.ts'
import { ModelError } from './modelError.ts'
import { readModelFiles, type ModelFiles } from './modelFiles.ts'

/**
 * The model that came with the app: there before any server is. It is part of the build and so as trustworthy as the app's own
 * code; its hashes are checked against damage.
 *
 * @param folderUrl ends in a slash; holds manifest.json, model.onnx and golden.json.
 * @throws ModelError `bundled_damaged`.
 */
export async function loadBundledModel(fetch: typeof globalThis.fetch, folderUrl: string): Promise<ModelFiles> {
  const read = async (file: ReleaseFile): Promise<ArrayBuffer> => {
    const response = await fetch(`${folderUrl}${RELEASE_FILES[file].name}`)
    if (!response.ok) throw new TypeError(`${response.url}: HTTP ${response.status}`)
    return response.arrayBuffer()
  }
  try {
    const [manifest, onnx, golden] = await Promise.all([read('manifest'), read('onnx'), read('golden')])
    const decoder = new TextDecoder()
    return await readModelFiles(decoder.decode(manifest), onnx, decoder.decode(golden))
  } catch (cause) {
    throw new ModelError('bundled_damaged', cause instanceof Error ? cause.message : '', { cause })
  }
}
