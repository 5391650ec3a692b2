import { readFile } from 'node:fs/promises'
import { goldenSchema, modelManifestSchema, type ModelManifest } from '@spira/shared/model/manifest.ts'
import { bootstrap } from '../../evaluation/bootstrap.ts'
import { rocAuc } from '../../evaluation/metrics.ts'
import type { ModelEvaluation } from '../../evaluation/modelEvaluation.ts'
import { participantScores, type ParticipantScore } from '../../evaluation/participantScores.ts'
import type { ServerContext } from '../../server/context.ts'
import { recordingProbability } from '@spira/shared/model/calibration.ts'
import { selfTestInEdgeRuntime, windowMsInEdgeRuntime } from '../../training/imported/edgeRuntime.ts'
import { Scorer } from '../../training/scorer.ts'
import { readSpeech } from '../../training/speech.ts'
import type { TrainingExample } from '../../training/trainingRequest.ts'
import { WindowFeatures } from '../../training/windowFeatures.ts'
import type { Beside, Compared, Measured } from './judge.ts'
import type { GatePlan } from './plan.ts'
import { modelsInForce } from './standing.ts'

export interface ToMeasure {
  readonly manifest: Omit<ModelManifest, 'version'>
  readonly onnx: Uint8Array<ArrayBuffer>
  readonly golden: string
  readonly evaluation: ModelEvaluation
  /** What it was trained on. */
  readonly datasetVersionId: string
  /** The recordings that the evaluation is of. */
  readonly tested: readonly TrainingExample[]
}

/** Everything the plan asks for: the candidate beside the champion and beside the release under way on the same people, and in the bedside's own runtime. */
export async function measure(
  context: Pick<ServerContext, 'db' | 'blobs'>,
  { manifest, onnx, golden, evaluation, datasetVersionId, tested }: ToMeasure,
  plan: GatePlan,
  signal?: AbortSignal,
): Promise<Measured> {
  const { champion, underWay } = await modelsInForce(context.db)
  const compared = async (other: typeof champion) =>
    other === undefined ? null : beside(context, other, { evaluation, datasetVersionId, tested }, signal)
  const { problem } = await selfTestInEdgeRuntime(onnx, manifest, goldenSchema.parse(JSON.parse(golden)))
  return {
    metrics: manifest.metrics,
    simulated: manifest.trainedOn.simulated,
    probes: evaluation.probes,
    slices: evaluation.slices,
    champion: await compared(champion),
    underWay: await compared(underWay),
    edge: {
      onnxBytes: onnx.byteLength,
      windowMs: problem === null ? await windowMsInEdgeRuntime(onnx, manifest, plan.edge.windows) : Infinity,
      problem,
    },
  }
}

/** Has the other hear everybody whom the candidate was evaluated on. */
async function beside(
  { db, blobs }: Pick<ServerContext, 'db' | 'blobs'>,
  other: {
    readonly version: number
    readonly datasetVersionId: string
    readonly manifestSha256: string
    readonly onnxSha256: string
  },
  { evaluation, datasetVersionId, tested }: Pick<ToMeasure, 'evaluation' | 'datasetVersionId' | 'tested'>,
  signal: AbortSignal | undefined,
): Promise<Beside> {
  const manifest = modelManifestSchema.parse(
    JSON.parse(await readFile(await blobs.localPath(other.manifestSha256), 'utf8')),
  )
  const features = new WindowFeatures(manifest)
  const scorer = await Scorer.create(await readFile(await blobs.localPath(other.onnxSha256)), {
    shape: features.shape,
    threads: 1,
    names: { input: manifest.input.name, output: manifest.output.name },
  })
  const theirs: ParticipantScore[] = []
  for (const { participantId, label, wavPath } of tested) {
    signal?.throwIfAborted()
    const logits: number[] = []
    for (const window of features.of(await readSpeech(wavPath))) logits.push(...(await scorer.logits(window, 1)))
    theirs.push({ participantId, label, probability: recordingProbability(logits, manifest) })
  }
  const known = new Set(
    (
      await db
        .selectFrom('datasetItems')
        .select('participantId')
        .distinct()
        .where('datasetVersionId', '=', other.datasetVersionId)
        .execute()
    ).map(({ participantId }) => participantId),
  )
  const ours = evaluation.scores.map(({ clean, ...score }) => ({ ...score, probability: clean }))
  return {
    version: other.version,
    onHoldout: compare(ours, theirs, () => true),
    onNewest: compare(ours, theirs, (participantId) => !known.has(participantId)),
    labels: await labelsTurned(db, other.datasetVersionId, datasetVersionId),
  }
}

async function labelsTurned(db: ServerContext['db'], before: string, now: string) {
  const { shared, turned } = await db
    .selectFrom('datasetItems as old')
    .innerJoin('datasetItems as new', 'new.recordingId', 'old.recordingId')
    .where('old.datasetVersionId', '=', before)
    .where('new.datasetVersionId', '=', now)
    .select(({ fn, eb }) => [
      fn.countAll<string>().as('shared'),
      fn
        .countAll<string>()
        .filterWhere(eb('old.label', '!=', eb.ref('new.label')))
        .as('turned'),
    ])
    .executeTakeFirstOrThrow()
  return { shared: Number(shared), turned: Number(turned) }
}

/** Participants with both scores, drawn together: what both find hard or easy cancels out. */
export function compare(
  ours: readonly ParticipantScore[],
  theirs: readonly ParticipantScore[],
  among: (participantId: string) => boolean,
): Compared {
  const other = new Map(participantScores(theirs).map((score) => [score.participantId, score.probability]))
  const pairs = participantScores(ours).flatMap(({ participantId, label, probability }) => {
    const theirScore = other.get(participantId)
    return theirScore === undefined || !among(participantId) ? [] : [{ label, ours: probability, theirs: theirScore }]
  })
  const present = pairs.filter(({ label }) => label === 1).length
  const absent = pairs.length - present
  if (present === 0 || absent === 0) return { difference: null, present, absent }
  const area = (sample: typeof pairs, of: 'ours' | 'theirs') =>
    rocAuc(sample.map((pair) => ({ label: pair.label, probability: pair[of] })))
  const { difference } = bootstrap(
    pairs,
    (sample) => ({ difference: area([...sample], 'ours') - area([...sample], 'theirs') }),
    { seed: 1 },
  )
  return { difference, present, absent }
}
