import type { ModelManifest } from '@spira/shared/model/manifest.ts'

/** One labelled recording as training sees it: no identity, only ids. */
export interface TrainingExample {
  readonly recordingId: string
  readonly participantId: string
  readonly siteId: string
  readonly label: 0 | 1
  /** What people and recordings can be compared by (groups.ts): site, sex, ageBand, device, cause, task, ... where known. */
  readonly groups?: Readonly<Record<string, string>>
  /** 16 kHz mono PCM16 WAV on this machine. */
  readonly wavPath: string
  /** Features of its windows as the bedside scores them, computed before (featureFile.ts); left out, they are computed. */
  readonly featuresPath?: string
}

/** Everything a training run depends on: the same request gives the same weights, byte for byte (promise 7). */
export interface TrainingRequest {
  readonly runId: string
  /** Id the trained model will have. */
  readonly modelId: string
  /** Scratch folder of this run: checkpoints, log, results. Training resumes from what it finds there. */
  readonly workFolder: string
  readonly dataset: { readonly id: string | null; readonly contentHash: string; readonly simulated: boolean }
  readonly examples: readonly TrainingExample[]
  /** Validated by experimentSchema (experiment.ts); what is left out takes its default. */
  readonly experiment: Record<string, unknown>
}

export interface TrainingProgress {
  readonly stage: 'features' | 'split' | 'train' | 'evaluate' | 'publish'
  /** 0..1 within the whole run. */
  readonly progress: number
  readonly epoch?: { readonly epoch: number; readonly trainLoss: number; readonly validationLoss: number }
}

/** Files lie in the request's work folder. The registry gives the version when it takes the model as a candidate. */
export interface TrainedModel {
  readonly manifest: Omit<ModelManifest, 'version'>
  readonly onnxPath: string
  readonly goldenPath: string
}

export interface TrainingOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: TrainingProgress) => void
}
