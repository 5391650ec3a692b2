import { readLogits } from '@spira/shared/model/assess.ts'
import { shadowScoreSchema, type ShadowScore } from '@spira/shared/protocol/events.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Assessment } from '@spira/shared/protocol/records.ts'
import { sealJson, unsealJson } from '../store/envelope.ts'
import type { Store } from '../store/store.ts'
import type { ModelFiles } from './modelFiles.ts'
import { runModel, type InferenceFactory, type RunningModel } from './runningModel.ts'

/** What one take gave to the active model: batches of [windows][frames][bins]. */
export type TakeFeatures = readonly Float32Array[]

/**
 * A challenger that scores beside the active model, after it and never instead of it: what it says is sealed on the device and sent to
 * the server; no view can ask for it. It reads the same windows, so it must have been trained on the same features.
 */
export class ShadowModel {
  readonly files: ModelFiles
  readonly #model: RunningModel
  readonly #store: Store
  #work: Promise<void> = Promise.resolve()

  constructor(store: Store, files: ModelFiles, factory: InferenceFactory) {
    this.#store = store
    this.files = files
    this.#model = runModel(files, factory)
  }

  selfTest(): Promise<void> {
    return this.#model.selfTest()
  }

  readsLike({ manifest }: ModelFiles): boolean {
    const own = this.files.manifest
    return (
      own.featureSpecHash === manifest.featureSpecHash &&
      own.input.frames === manifest.input.frames &&
      own.input.bins === manifest.input.bins &&
      own.window.seconds === manifest.window.seconds &&
      own.window.hopSeconds === manifest.window.hopSeconds
    )
  }

  /** Scores a take whose assessment stands. Whatever goes wrong here is nobody's business at the bedside. */
  follow(take: TakeFeatures, assessment: Assessment): void {
    this.#work = this.#work.then(() => this.#score(take, assessment)).catch(() => undefined)
  }

  /** Until what was begun is done. */
  settled(): Promise<void> {
    return this.#work
  }

  dispose(): void {
    this.#model.dispose()
  }

  async #score(features: TakeFeatures, assessment: Assessment): Promise<void> {
    const { manifest } = this.files
    const { score } = await this.#model.ready()
    const logits: number[] = []
    const length = manifest.input.frames * manifest.input.bins
    for (const part of features) logits.push(...(await score(part, part.length / length)))
    const { probability, decision } = readLogits(
      manifest,
      assessment.windows.map(({ startMs }, at) => ({ startMs, logit: logits[at] ?? Number.NaN })),
    )
    const said = shadowScoreSchema.parse({
      id: newId(),
      recordingId: assessment.recordingId,
      modelId: manifest.modelId,
      modelVersion: manifest.version,
      probability,
      decision,
      champion: {
        modelId: assessment.model.id,
        probability: assessment.probability,
        decision: assessment.decision,
      },
      madeAt: new Date().toISOString(),
    })
    await keepShadowScore(this.#store, said)
  }
}

const keyOf = (recordingId: string): string => `shadow-${recordingId}`

async function keepShadowScore({ db, keys }: Store, score: ShadowScore): Promise<void> {
  const key = keyOf(score.recordingId)
  await db.settings.put({ key, sealed: await sealJson(keys.device, `settings/${key}`, score) })
}

/**
 * Takes out what may be sent: scores of recordings whose encounter is complete, so that the server knows the recording before its score
 * comes. Scores of recordings that are gone or were redone are dropped.
 */
export async function takeShadowScores({ db, keys }: Store): Promise<readonly ShadowScore[]> {
  const ready: ShadowScore[] = []
  for (const { key, sealed } of await db.settings.where('key').startsWith('shadow-').toArray()) {
    const recording = await db.recordings.get(key.slice('shadow-'.length))
    if (recording !== undefined && recording.state !== 'kept' && recording.state !== 'rejected') continue
    if (recording?.state === 'kept')
      ready.push(shadowScoreSchema.parse(await unsealJson(keys, `settings/${key}`, sealed)))
    await db.settings.delete(key)
  }
  return ready
}
