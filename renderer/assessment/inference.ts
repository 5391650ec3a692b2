import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import type { Assessment } from '@spira/shared/protocol/records.ts'

/** The model in use, loaded and ready. One take is scored by one model, whatever is activated meanwhile. */
export interface Inference {
  readonly manifest: ModelManifest
  readonly runtime: Assessment['runtime']
  /**
   * @param features [windows][frames][bins] as the manifest asks.
   * @returns one logit a window.
   */
  score(features: Float32Array, windows: number): Promise<Float32Array>
  /** Told of the assessment that came of the take; nobody waits for what follows from it. */
  readonly assessed?: (assessment: Assessment) => void
}
