import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { experimentSchema } from './experiment.ts'
import { networkNamed } from './networks/networks.ts'
import { splitByParticipant } from './split.ts'
import type { TrainMessage, TrainTask } from './trainProcess.ts'
import type { TrainedModel, TrainingOptions, TrainingRequest } from './trainingRequest.ts'

/** A cancelled child that has not gone by then is killed: nothing it has is lost, its last checkpoint is on the disk. */
const GRACE_MS = 5000

/**
 * Trains a model in a child process of its own: the runtime blocks the process it trains in, and ending a thread in the middle
 * of a step takes the whole process down.
 *
 * Run again with the same work folder after a crash, it goes on from the last epoch and ends with the same bytes.
 *
 * @throws SpiraError dataset_too_small; ZodError on an experiment that is not one; an AbortError when `options.signal` aborts,
 * leaving the work folder; else an Error whose sentence names the log.
 */
export async function trainModel(request: TrainingRequest, options: TrainingOptions): Promise<TrainedModel> {
  const { model } = await inTrainProcess({ part: 'all', request }, options)
  if (model === null) throw new Error(`Training run ${request.runId} ended without a model.`)
  return model
}

/** One part of a run in a child process of its own, as trainModel() runs all of it. */
export async function inTrainProcess({ part, request }: TrainTask, options: TrainingOptions): Promise<TrainDone> {
  // Refused here, before a process is started.
  const experiment = experimentSchema.parse(request.experiment)
  networkNamed(experiment.network)
  splitByParticipant(request.examples, experiment.split)
  if (options.signal.aborted) throw cancelled()

  await mkdir(request.workFolder, { recursive: true })
  const logPath = join(request.workFolder, 'training.log')
  const log = await open(logPath, 'a')
  try {
    const child = fork(fileURLToPath(new URL('trainProcess.ts', import.meta.url)), {
      execArgv: [],
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    })
    await log.write(`run ${request.runId}: process ${child.pid}\n`)
    return await resultOf(child, { part, request }, options, logPath)
  } finally {
    await log.close()
  }
}

export type TrainDone = Omit<Extract<TrainMessage, { kind: 'done' }>, 'kind'>

async function resultOf(
  child: ChildProcess,
  task: TrainTask,
  { signal, onProgress }: TrainingOptions,
  logPath: string,
): Promise<TrainDone> {
  let done: TrainDone | undefined
  let reason: string | undefined
  child.on('message', (message: TrainMessage) => {
    if (message.kind === 'progress') onProgress(message.progress)
    else if (message.kind === 'done') done = { model: message.model, used: message.used }
    else reason = message.reason
  })

  let killTimer: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    killTimer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    child.send(task)
    const [code, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    if (signal.aborted) throw cancelled()
    if (done !== undefined) return done
    const why =
      reason ?? (killedBy === null ? `its process ended with code ${code}` : `its process was ended by ${killedBy}`)
    throw new Error(
      `Training run ${task.request.runId} failed: ${why}. The log is ${logPath}; a new attempt goes on from the last epoch.`,
    )
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(killTimer)
  }
}

const cancelled = () =>
  new DOMException('The training run was cancelled; its work folder is left as it is.', 'AbortError')
