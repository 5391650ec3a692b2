import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import type { Capture, Task } from '@spira/shared/protocol/records.ts'

/** What a RecordingRow seals. */
export interface RecordingDetails {
  readonly task: Task
  readonly startedAt: string
  readonly capture: Capture
  /** Null until every chunk is on disk and measured. */
  readonly measured: TakeMeasures | null
  /** Why the model gave no score although the audio allowed one: an error code; null when it scored, or refused. */
  readonly failure: string | null
}

export interface TakeMeasures {
  readonly sampleCount: number
  /** Of the WAV that travels: 44 bytes of header and the samples. */
  readonly byteLength: number
  readonly sha256: string
  readonly quality: QualityReport
}
