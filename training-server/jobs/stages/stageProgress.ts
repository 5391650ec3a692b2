import type { TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../../server/context.ts'
import type { TrainingProgress } from '../../training/trainingRequest.ts'
import type { RunRow, StageRow } from './inputs.ts'

type Epoch = TrainingRun['epochs'][number]
const LOG_LINES = 40

/** Writes a stage's progress to its row: one write at a time, and of what comes meanwhile only the newest. */
export class StageProgress {
  readonly #db: ServerContext['db']
  readonly #run: Pick<RunRow, 'id'>
  readonly #stage: Pick<StageRow, 'id'>
  readonly #epochs: Map<number, Epoch>
  /** Whether its curves are the run's too. */
  readonly #isFirst: boolean
  readonly #lines: string[] = []
  #newest: number | null = null
  #writing: Promise<void> | null = null

  constructor(
    db: ServerContext['db'],
    run: Pick<RunRow, 'id' | 'plan'>,
    stage: Pick<StageRow, 'id' | 'shard' | 'epochs'>,
  ) {
    this.#db = db
    this.#run = run
    this.#stage = stage
    this.#isFirst = stage.shard === `seed ${run.plan.seeds[0]}`
    this.#epochs = new Map(stage.epochs.map((epoch) => [epoch.epoch, epoch]))
  }

  report({ progress, epoch }: Pick<TrainingProgress, 'progress' | 'epoch'>): void {
    // A resumed run tells of an epoch again; it is the same one.
    if (epoch !== undefined) {
      this.#epochs.set(epoch.epoch, epoch)
      this.say(
        `epoch ${epoch.epoch}: training loss ${epoch.trainLoss.toFixed(4)}, validation loss ${epoch.validationLoss.toFixed(4)}`,
      )
    }
    this.#newest = progress
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
    // Whoever needs the writes done awaits settled(), which throws what failed.
    this.#writing.catch(() => undefined)
  }

  /** A line of the stage's log. */
  say(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > LOG_LINES) this.#lines.shift()
  }

  logTail(): string {
    return this.#lines.join('\n')
  }

  async settled(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    for (let next = this.#newest; next !== null; next = this.#newest) {
      this.#newest = null
      const epochs = JSON.stringify([...this.#epochs.values()].sort((a, b) => a.epoch - b.epoch))
      await this.#db
        .updateTable('runStages')
        .set({ progress: Math.min(1, Math.max(0, next)), logTail: this.logTail(), epochs })
        .where('id', '=', this.#stage.id)
        .where('state', '=', 'running')
        .execute()
      if (!this.#isFirst || this.#epochs.size === 0) continue
      await this.#db.updateTable('trainingRuns').set({ epochs }).where('id', '=', this.#run.id).execute()
    }
  }
}
