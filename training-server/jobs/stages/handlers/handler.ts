import type { StageResources } from '@spira/shared/protocol/trainingStages.ts'
import type { ServerContext } from '../../../server/context.ts'
import type { RunRow, StageRow } from '../inputs.ts'
import type { StageProgress } from '../stageProgress.ts'

export interface StageWork {
  readonly context: ServerContext
  readonly run: RunRow
  readonly stage: StageRow
  /** The stages that are done. */
  readonly inputs: readonly StageRow[]
  /** Scratch of this stage, the same for whoever tries it again on this machine; it goes when the stage is done. */
  readonly folder: string
  readonly progress: StageProgress
  readonly signal: AbortSignal
}

export interface StageDone {
  /** Names of what it leaves and their blobs, or hashes. */
  readonly output: Readonly<Record<string, string>>
  /** What a process of its own used; left out, the worker's is told. */
  readonly used?: Pick<StageResources, 'cpuSeconds' | 'maxRssMb'>
}

/** Does a stage's work. The same inputs give the same output, however often it is begun. */
export type StageHandler = (work: StageWork) => Promise<StageDone>
