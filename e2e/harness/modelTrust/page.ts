import { goldenSchema, modelManifestSchema } from '@spira/shared/model/manifest.ts'
import { runSelfTest, type SelfTestResult } from '@spira/shared/model/selfTest.ts'
import { createReleaseClient } from '@spira/shared/release/client.ts'
import { ReleaseError } from '@spira/shared/release/errors.ts'
import { httpRepository } from '@spira/shared/release/httpRepository.ts'
import { RELEASE_LIMITS } from '@spira/shared/release/limits.ts'
import type { Role } from '@spira/shared/release/metadata.ts'
import type { TargetFile } from '@spira/shared/release/releaseTarget.ts'
import { createInference } from '../../../renderer/models/inference.ts'
import { ModelError } from '../../../renderer/models/modelError.ts'

/** What the bedside app trusts and runs, without its views: driven by modelTrust.spec.ts. */
export interface ModelTrustPage {
  /** Starts over from this root. */
  enrol(root: string): Promise<void>
  /** 'accepted' or the code of the refusal. @param at what the device's clock says, epoch milliseconds. */
  refresh(at?: number): Promise<string>
  /** Refreshes and fetches the newest release's network file; 'accepted' or the code of the refusal. */
  download(): Promise<string>
  /** What is trusted now, as its exact text. */
  trusted(role: Role): Promise<string | null>
  /** Downloads the current release, loads it in a worker and runs its self-test; or the code of a failure. */
  selfTest(): Promise<(SelfTestResult & { threads: number }) | string>
  /** Codes of: a file that is no network, a worker that takes too long, a score after the end. */
  failures(): Promise<string[]>
}

const stored = new Map<Role, string>()
let clock: number | undefined
const client = createReleaseClient({
  fetchBytes: httpRepository(`${location.origin}/repository`, (url) => fetch(url, { cache: 'no-store' })),
  trusted: { read: async (role) => stored.get(role) ?? null, write: async (role, text) => void stored.set(role, text) },
  now: () => new Date(clock ?? Date.now()),
  limits: RELEASE_LIMITS,
  channel: 'stable',
})

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    if (error instanceof ReleaseError || error instanceof ModelError) return error.code
    throw error
  }
}

async function downloaded() {
  const release = client.currentRelease()
  if (release === null) throw new TypeError('Nothing is released')
  const json = async (file: TargetFile): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await client.download(file)))
  return {
    manifest: modelManifestSchema.parse(await json(release.manifest)),
    golden: goldenSchema.parse(await json(release.golden)),
    onnx: (await client.download(release.onnx)).buffer,
  }
}

async function downloadNewest(): Promise<void> {
  await client.refresh()
  const release = client.currentRelease()
  if (release === null) throw new ReleaseError('not_found')
  await client.download(release.onnx)
}

const page: ModelTrustPage = {
  async enrol(root) {
    stored.clear()
    stored.set('root', root)
  },
  refresh(at) {
    clock = at
    return codeOf(client.refresh())
  },
  download() {
    clock = undefined
    return codeOf(downloadNewest())
  },
  trusted: async (role) => stored.get(role) ?? null,
  async selfTest() {
    const files = downloaded()
    const code = await codeOf(files)
    if (code !== 'accepted') return code
    const { manifest, golden, onnx } = await files
    const inference = createInference()
    const { threads } = await inference.load(onnx, manifest)
    const result = await runSelfTest(manifest, golden, (features, windows) => inference.score(features, windows))
    inference.dispose()
    return { ...result, threads }
  },
  async failures() {
    const { manifest, onnx } = await downloaded()
    const noNetwork = createInference()
    const tooSlow = createInference({ loadMs: 1, scoreMs: 1, scorePerWindowMs: 1 })
    const ended = createInference()
    ended.dispose()
    const codes = [
      await codeOf(noNetwork.load(new ArrayBuffer(100), manifest)),
      await codeOf(tooSlow.load(onnx, manifest)),
      await codeOf(ended.score(new Float32Array(1), 1)),
    ]
    noNetwork.dispose()
    return codes
  },
}
Object.assign(globalThis, { modelTrust: page })
