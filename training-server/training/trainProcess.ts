import { evaluateWeights } from './evaluateWeights.ts'
import { trainingRun } from './trainingRun.ts'
import type { TrainedModel, TrainingProgress, TrainingRequest } from './trainingRequest.ts'
import { trainWeights } from './trainWeights.ts'
import { readWeights, writeWeights } from './weightsFiles.ts'

/** What the child is to do: a whole run, or one part of it, whose results lie in the request's work folder. */
export type TrainPart = 'all' | 'train' | 'evaluate'
export interface TrainTask {
  readonly part: TrainPart
  readonly request: TrainingRequest
}

/** What the child tells its parent. A failure ends with its stack on stderr, which is the run's log. */
export type TrainMessage =
  | { readonly kind: 'progress'; readonly progress: TrainingProgress }
  | {
      readonly kind: 'done'
      /** Null after training alone. */
      readonly model: TrainedModel | null
      readonly used: { readonly cpuSeconds: number; readonly maxRssMb: number }
    }
  | { readonly kind: 'failed'; readonly reason: string }

const tell = (message: TrainMessage): Promise<void> =>
  new Promise((resolve, reject) => {
    if (process.send === undefined) throw new Error('trainProcess.ts is started by trainModel(), not by hand.')
    process.send(message, (error: Error | null) => (error === null ? resolve() : reject(error)))
  })

// Nobody waits for the result of an orphan. The next run goes on from its last checkpoint.
const orphaned = () => process.exit(1)
process.once('disconnect', orphaned)

process.once('message', (task: TrainTask) => {
  void work(task)
    .then((model) => {
      const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
      const used = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, maxRssMb: maxRSS / 1024 }
      return tell({ kind: 'done', model, used })
    })
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

const onProgress = (progress: TrainingProgress): void => void tell({ kind: 'progress', progress })

async function work({ part, request }: TrainTask): Promise<TrainedModel | null> {
  if (part === 'all') return trainingRun(request, onProgress)
  if (part === 'evaluate') return evaluateWeights(request, await readWeights(request.workFolder), onProgress)
  await writeWeights(request.workFolder, await trainWeights(request, onProgress))
  return null
}
