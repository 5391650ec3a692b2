import { access, constants } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { createFirstAdministrator } from '../accounts/accounts.ts'
import { ensureExportQueue } from '../exports/exports.ts'
import { ensureSite } from '../fleet/enrolmentCodes.ts'
import { ensureTriggers } from '../jobs/triggers/triggers.ts'
import { ensureStageQueues } from '../jobs/stages/stageJobs.ts'
import { ensureRepository, refreshTimestamp } from '../releases/repository.ts'
import { superviseRollouts } from '../releases/rollouts/supervise.ts'
import { buildServer } from './app.ts'
import type { ServerContext } from './context.ts'
import { startHousekeeping } from './housekeeping.ts'
import { makeLog } from './log.ts'
import { openContext } from './openContext.ts'
import { takeServerLock } from './serverLock.ts'
import { WorkerProcess } from './workerProcess.ts'
import { trustedProxies } from './trustedProxies.ts'

export interface ServerOptions {
  readonly dataFolder: string
  readonly databaseUrl: string | undefined
  readonly host: string
  readonly port: number
  /** Whether other server processes work on the same data. */
  readonly use: 'alone' | 'shared'
  readonly worker: 'beside the server' | 'elsewhere'
  /** Where the two lines for people and programs go: the first sign-in and the ready line. */
  readonly say: (line: string) => void
}

export interface StartedServer {
  readonly url: string
  /** Of the first administrator, where it was made now. */
  readonly oneTimePassword: string | null
  stop(): Promise<void>
}

/** Starts everything, in the order of what needs what. @returns how to stop it, in the opposite order. */
export async function startServer(options: ServerOptions): Promise<StartedServer> {
  const steps: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) await step()
  }
  try {
    const log = makeLog({ level: process.env['SPIRA_LOG_LEVEL'] ?? 'info' })
    const proxies = trustedProxies(process.env['SPIRA_PROXIES'])
    await requireWritable(options.dataFolder)
    const opened = await openContext({ dataFolder: options.dataFolder, databaseUrl: options.databaseUrl, log })
    steps.push(() => opened.close())
    const { context, databaseUrl } = opened
    const lock = await takeServerLock(databaseUrl, options.dataFolder, options.use)
    steps.push(() => lock.release())
    const repository = await ensureRepository(context)
    steps.push(await keepReleasesFresh(context))
    steps.push(keepRolloutsMoving(context))
    await ensureSite(context, { name: 'Demo site', simulated: false })
    await context.boss.start()
    await ensureStageQueues(context.boss)
    await ensureTriggers(context)
    await ensureExportQueue(context.boss)
    steps.push(() => context.boss.stop({ graceful: true, timeout: 5000 }))
    steps.push(startHousekeeping(context))
    const app = await buildServer(context, { proxies })
    steps.push(() => app.close())
    const url = await listen(app, options)
    if (options.worker === 'beside the server') {
      const worker = new WorkerProcess(options.dataFolder, log)
      worker.start()
      steps.push(() => worker.stop())
    }
    const password = await createFirstAdministrator(context)
    if (password !== null) options.say(`First sign-in: user "admin", one-time password "${password}" (shown once)`)
    if (repository === 'made')
      options.say(
        `The keys that sign model releases lie on this server (${context.folders.keys}): good to begin with. Before patients depend on it, "npm run -s spira -- keys offline --out FOLDER" takes them away.`,
      )
    options.say(`spira server ready on ${url}`)
    return { url, oneTimePassword: password, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Signed release metadata expires, so that a device can tell an old server from a held-back one: it is signed anew daily. */
async function keepReleasesFresh(context: ServerContext): Promise<() => Promise<void>> {
  await refreshTimestamp(context)
  const refresh = (): void => {
    refreshTimestamp(context).catch((error: unknown) =>
      context.log.error({ err: error }, 'refresh of the release metadata'),
    )
  }
  const timer = setInterval(refresh, 24 * 3_600_000)
  return async () => clearInterval(timer)
}

const ROLLOUT_LOOK_MS = 15_000

/** Rollouts go on when they were watched long enough, and pause when devices fail. */
function keepRolloutsMoving(context: ServerContext): () => Promise<void> {
  let looking: Promise<void> | null = null
  const look = (): void => {
    looking ??= superviseRollouts(context)
      .catch((error: unknown) => context.log.error({ err: error }, 'look at the rollouts'))
      .finally(() => {
        looking = null
      })
  }
  const timer = setInterval(look, ROLLOUT_LOOK_MS)
  return async () => {
    clearInterval(timer)
    await looking
  }
}

async function listen(app: FastifyInstance, { host, port }: ServerOptions): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new Error(`Port ${port} is taken by another program. Stop it, or choose another with --port.`, { cause })
    if (code === 'EACCES')
      throw new Error(`Port ${port} needs more rights than this user has. Choose one above 1023 with --port.`, {
        cause,
      })
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Error(`This machine has no address "${host}". Choose another with --host.`, { cause })
    throw cause
  }
  const address = app.server.address() as AddressInfo
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}

async function requireWritable(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new Error(
      `The data folder ${folder} cannot be written. Give this user the right to, or choose another with --data.`,
      { cause },
    )
  }
}
