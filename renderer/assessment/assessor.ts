import { readLogits } from '@spira/shared/model/assess.ts'
import { createFeatureProfile, familiarityDistance } from '@spira/shared/model/familiarity.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import type { Assessment } from '@spira/shared/protocol/records.ts'
import type { WindowFeatures } from '@spira/shared/signal/streamingFeatures.ts'
import type { Inference } from './inference.ts'

/** Windows scored in one call: bounds memory when a long journal is recovered. */
const MAX_BATCH = 16

/** Scores the windows of one take as they come, so that the result is there when the recording ends. */
export interface Assessor {
  add(windows: readonly WindowFeatures[]): void
  /** Waits for the last score. @throws whatever the model threw. */
  assess(take: { readonly recordingId: string; readonly verdict: QualityReport['verdict'] }): Promise<Assessment>
}

export class AudioRefusedError extends Error {
  override readonly name = 'AudioRefusedError'
}

/** @param onScored is told how many windows have been scored so far. */
export function createAssessor(
  { manifest, runtime, score, assessed }: Inference,
  onScored: (count: number) => void,
): Assessor {
  const waiting: WindowFeatures[] = []
  const profile = createFeatureProfile(manifest.input.bins)
  const scored: { readonly startMs: number; readonly logit: number }[] = []
  let working: Promise<void> | null = null

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_BATCH)
      const logits = await score(joined(batch), batch.length)
      for (const [at, { startMs }] of batch.entries()) scored.push({ startMs, logit: logits[at] ?? Number.NaN })
      onScored(scored.length)
    }
    working = null
  }

  /** How unlike what the model learned from; null where its manifest does not say what that was. */
  function likeness(): Assessment['familiarity'] | null {
    const known = manifest.familiarity
    const heard = profile.read()
    return known === undefined || heard === null
      ? null
      : { distance: familiarityDistance(known, heard), limit: known.limit }
  }

  return {
    add(windows) {
      waiting.push(...windows)
      if (manifest.familiarity !== undefined) for (const { features } of windows) profile.add(features)
      // A failure stays in `working` and comes out of assess().
      working ??= work()
      working.catch(() => undefined)
    },
    async assess({ recordingId, verdict }) {
      // Promise 3: bad audio gets no score, so none is computed from its windows either.
      if (verdict === 'unusable') throw new AudioRefusedError(recordingId)
      await working
      const reading = readLogits(manifest, scored, likeness())
      const assessment: Assessment = {
        id: newId(),
        recordingId,
        model: { id: manifest.modelId, version: manifest.version, sha256: manifest.onnx.sha256 },
        featureSpecHash: manifest.featureSpecHash,
        runtime,
        threshold: manifest.threshold,
        uncertain: manifest.uncertain,
        windowSeconds: manifest.window.seconds,
        ...reading,
        qualityVerdict: verdict,
        intendedUse: manifest.intendedUse,
        madeAt: new Date().toISOString(),
      }
      assessed?.(assessment)
      return assessment
    },
  }
}

function joined(windows: readonly WindowFeatures[]): Float32Array {
  const whole = new Float32Array(windows.reduce((sum, { features }) => sum + features.length, 0))
  let at = 0
  for (const { features } of windows) {
    whole.set(features, at)
    at += features.length
  }
  return whole
}
