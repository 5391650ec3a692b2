import { MODEL_LIMITS } from '../model/manifest.ts'
import { ReleaseError } from './errors.ts'
import { releaseCustomSchema, type ReleaseCustom, type Targets } from './metadata.ts'

/** One signed file of a release. */
export interface TargetFile {
  /** As the targets metadata names it, for example `models/<modelId>/model.onnx`. */
  readonly path: string
  readonly byteLength: number
  readonly sha256: string
}

/**
 * A released model version. Its targets are `models/<modelId>/manifest.json`, `…/model.onnx` and `…/golden.json`; the
 * manifest's target carries the ReleaseCustom.
 */
export interface ReleaseTarget extends ReleaseCustom {
  readonly manifest: TargetFile
  readonly onnx: TargetFile
  readonly golden: TargetFile
}

/** File names and byte limits of a release's three targets. */
export const RELEASE_FILES = {
  manifest: { name: 'manifest.json', maxBytes: MODEL_LIMITS.maxManifestBytes },
  onnx: { name: 'model.onnx', maxBytes: MODEL_LIMITS.maxOnnxBytes },
  golden: { name: 'golden.json', maxBytes: MODEL_LIMITS.maxGoldenBytes },
} as const
export type ReleaseFile = keyof typeof RELEASE_FILES

export const targetPath = (modelId: string, file: ReleaseFile): string =>
  `models/${modelId}/${RELEASE_FILES[file].name}`

/** Where a consistent repository keeps a target (specification 6.2): its SHA-256 stands before its name. */
export function storedPath({ path, sha256 }: Pick<TargetFile, 'path' | 'sha256'>): string {
  const slash = path.lastIndexOf('/') + 1
  return `${path.slice(0, slash)}${sha256}.${path.slice(slash)}`
}

/**
 * The releases of the channel, the newest first. Targets of other kinds are left alone.
 *
 * @throws ReleaseError `metadata_invalid` for a release that lacks one of its files, `too_large` for one past the limits.
 */
export function releasesIn(targets: Targets, channel: ReleaseCustom['channel']): ReleaseTarget[] {
  const found: ReleaseCustom[] = []
  for (const [path, { custom }] of Object.entries(targets.targets)) {
    const release = releaseCustomSchema.safeParse(custom)
    if (!release.success || release.data.channel !== channel) continue
    if (path === targetPath(release.data.modelId, 'manifest')) found.push(release.data)
  }
  return found
    .sort((one, other) => other.sequence - one.sequence)
    .map((release) => ({
      ...release,
      manifest: fileOf(targets, release.modelId, 'manifest'),
      onnx: fileOf(targets, release.modelId, 'onnx'),
      golden: fileOf(targets, release.modelId, 'golden'),
    }))
}

function fileOf(targets: Targets, modelId: string, file: ReleaseFile): TargetFile {
  const path = targetPath(modelId, file)
  const target = targets.targets[path]
  if (target === undefined)
    throw new ReleaseError('metadata_invalid', { role: 'targets', detail: `${path} is not named` })
  const limit = RELEASE_FILES[file].maxBytes
  if (target.length > limit) throw new ReleaseError('too_large', { path, limit })
  return { path, byteLength: target.length, sha256: target.hashes.sha256 }
}
