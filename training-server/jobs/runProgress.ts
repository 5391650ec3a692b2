import type { TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../server/context.ts'
import type { TrainingProgress } from '../training/trainingRequest.ts'

type Epoch = TrainingRun['epochs'][number]

/** Writes a run's progress to its row: one write at a time, and of what comes meanwhile only the newest. */
export class RunProgress {
  readonly #db: ServerContext['db']
  readonly #runId: string
  readonly #epochs: Map<number, Epoch>
  #newest: TrainingProgress | null = null
  #writing: Promise<void> | null = null

  constructor(db: ServerContext['db'], runId: string, epochs: readonly Epoch[]) {
    this.#db = db
    this.#runId = runId
    this.#epochs = new Map(epochs.map((epoch) => [epoch.epoch, epoch]))
  }

  report(progress: TrainingProgress): void {
    // A resumed run tells of an epoch again; it is the same one.
    if (progress.epoch !== undefined) this.#epochs.set(progress.epoch.epoch, progress.epoch)
    this.#newest = progress
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
    // Whoever needs the writes done awaits settled(), which throws what failed.
    this.#writing.catch(() => undefined)
  }

  async settled(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    for (let next = this.#newest; next !== null; next = this.#newest) {
      this.#newest = null
      const epochs = JSON.stringify([...this.#epochs.values()].sort((a, b) => a.epoch - b.epoch))
      await this.#db
        .updateTable('trainingRuns')
        .set({ stage: next.stage, progress: Math.min(1, Math.max(0, next.progress)), epochs })
        .where('id', '=', this.#runId)
        .where('status', '=', 'running')
        .execute()
    }
  }
}
