import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { goldenSchema, modelManifestSchema, MODEL_LIMITS, type ModelManifest } from '@spira/shared/model/manifest.ts'
import { runSelfTest, type SelfTestResult } from '@spira/shared/model/selfTest.ts'
import type { GateCriterion } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../server/context.ts'
import { inForce, standingOf, standingSentence } from './gate/standing.ts'

/** Figures without which nobody can judge a model; a model trained before the others were measured may lack those. */
const REQUIRED = ['rocAuc', 'sensitivity', 'specificity', 'f1', 'brier'] as const

/**
 * What every candidate must pass at the moment of approval, beside what its run's gate has found: the files are whole, small enough and
 * the ones that were registered, the golden vectors hold on this server's runtime, and the figures were measured.
 */
const FILES = { metrics: REQUIRED, limits: MODEL_LIMITS } as const

export interface Gated {
  readonly modelId: string
  readonly manifestSha256: string
  readonly onnxSha256: string
  readonly goldenSha256: string
}

export interface GateReport {
  /** Of the decision that counts; null: there is none. */
  readonly planVersion: number | null
  readonly decidedAt: Date | null
  /** Each requirement missed and by how much; empty when it passed. */
  readonly missed: readonly string[]
  /** What the evaluation failed to show. Of a simulated model, a person may overrule these, with a reason; never the others. */
  readonly failed: readonly GateCriterion[]
  readonly simulated: boolean
  readonly files: { readonly manifest: number; readonly onnx: number; readonly golden: number }
}

export async function runGate({ db, blobs }: Pick<ServerContext, 'db' | 'blobs'>, model: Gated): Promise<GateReport> {
  const missed: string[] = []
  const { decided, unfit } = await decisionOn(db, model.modelId)
  const { planVersion = null, decidedAt = null } = decided ?? {}
  const read = async (name: string, sha256: string, maxBytes: number): Promise<Buffer> => {
    if (!(await blobs.has(sha256))) {
      missed.push(`${name} is missing from the blob store`)
      return Buffer.alloc(0)
    }
    const bytes = await readFile(await blobs.localPath(sha256))
    const got = createHash('sha256').update(bytes).digest('hex')
    if (got !== sha256) missed.push(`${name} has SHA-256 ${got}, ${sha256} was registered`)
    if (bytes.length > maxBytes) missed.push(`${name} has ${bytes.length} bytes, ${maxBytes} are allowed`)
    return bytes
  }
  const manifestBytes = await read('the manifest', model.manifestSha256, FILES.limits.maxManifestBytes)
  const onnx = await read('the network', model.onnxSha256, FILES.limits.maxOnnxBytes)
  const golden = await read('the golden vectors', model.goldenSha256, FILES.limits.maxGoldenBytes)
  const files = { manifest: manifestBytes.length, onnx: onnx.length, golden: golden.length }
  // What was changed on the disk is neither parsed nor run.
  if (missed.length > 0) return { planVersion, decidedAt, missed, failed: [], simulated: false, files }

  const manifest = modelManifestSchema.parse(JSON.parse(manifestBytes.toString()))
  for (const name of FILES.metrics) {
    const metric = manifest.metrics[name]
    if (metric === undefined) missed.push(`${name} was not measured`)
    else if (!Object.values(metric).every(Number.isFinite)) missed.push(`${name} is no number`)
  }
  const { problem } = await selfTestHere(manifest, onnx, golden)
  if (problem !== null) missed.push(`self-test: ${problem}`)
  if (unfit !== null) missed.push(unfit)
  const failed = (decided?.criteria ?? []).filter(({ passed }) => !passed)
  // Both, because what a device shows with every score is the intended use.
  const simulated = manifest.trainedOn.simulated && manifest.intendedUse === 'simulated-not-for-clinical-use'
  return { planVersion, decidedAt, missed, failed, simulated, files }
}

/** What was decided of a model, and why that is no ground to approve it now: null where it is. */
export async function decisionOn(db: ServerContext['db'], modelId: string) {
  const decided = await db
    .selectFrom('gateDecisions')
    .select(['planVersion', 'planHash', 'championVersion', 'underWayVersion', 'criteria', 'decidedAt'])
    .where('modelId', '=', modelId)
    .executeTakeFirst()
  const now = await inForce(db)
  return { decided, standing: standingOf(decided, now), unfit: standingSentence(decided, now) }
}

/** The device's own self-test, on onnxruntime-node. A few windows: short enough to run in the server's process. */
async function selfTestHere(
  manifest: ModelManifest,
  onnx: Buffer,
  golden: Buffer,
): Promise<Pick<SelfTestResult, 'problem'>> {
  const { input, output } = manifest
  let session: InferenceSession | null = null
  try {
    const opened = await InferenceSession.create(onnx, { intraOpNumThreads: 1, logSeverityLevel: 3 })
    session = opened
    return await runSelfTest(manifest, goldenSchema.parse(JSON.parse(golden.toString())), async (features, windows) => {
      const results = await opened.run({
        [input.name]: new Tensor('float32', features, [windows, input.frames, input.bins]),
      })
      const data = results[output.name]?.data
      if (!(data instanceof Float32Array)) throw new TypeError(`the network has no float32 output "${output.name}"`)
      return data
    })
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  } finally {
    await session?.release()
  }
}
