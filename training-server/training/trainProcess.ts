import { trainingRun } from './trainingRun.ts'
import type { TrainedModel, TrainingProgress, TrainingRequest } from './trainingRequest.ts'

/** What the child tells its parent. A failure ends with its stack on stderr, which is the run's log. */
export type TrainMessage =
  | { readonly kind: 'progress'; readonly progress: TrainingProgress }
  | { readonly kind: 'done'; readonly model: TrainedModel }
  | { readonly kind: 'failed'; readonly reason: string }

const tell = (message: TrainMessage): Promise<void> =>
  new Promise((resolve, reject) => {
    if (process.send === undefined) throw new Error('trainProcess.ts is started by trainModel(), not by hand.')
    process.send(message, (error: Error | null) => (error === null ? resolve() : reject(error)))
  })

// Nobody waits for the result of an orphan. The next run goes on from its last checkpoint.
const orphaned = () => process.exit(1)
process.once('disconnect', orphaned)

process.once('message', (request: TrainingRequest) => {
  void trainingRun(request, (progress) => void tell({ kind: 'progress', progress }))
    .then((model) => tell({ kind: 'done', model }))
    .catch(async (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      await tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
      process.exitCode = 1
    })
    .finally(() => {
      process.off('disconnect', orphaned)
      process.disconnect()
    })
})
