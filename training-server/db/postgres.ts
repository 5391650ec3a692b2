import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { keepSecret } from '../server/secretFile.ts'
import { PostgresCluster } from './postgresCluster.ts'
import { ADVISORY_LOCKS } from './advisoryLocks.ts'

export interface OpenPostgres {
  readonly url: string
  /** Lets go of the cluster, and stops it when no other process uses it. */
  stop(): Promise<void>
}

/**
 * The database: a cluster of its own in `<dataFolder>/postgres` on a free port of 127.0.0.1, or `databaseUrl`.
 *
 * The cluster's process is apart from ours (`pg_ctl start`). After a `kill -9` of the server it goes on, and the next
 * start takes it over: its `postmaster.pid` says where it listens, so there are never two on one folder.
 */
export async function openPostgres(options: {
  dataFolder: string
  databaseUrl?: string | undefined
}): Promise<OpenPostgres> {
  if (options.databaseUrl !== undefined) {
    await (await connect(options.databaseUrl).catch(explainUnreachable)).end()
    return { url: options.databaseUrl, stop: () => Promise.resolve() }
  }
  const keys = join(options.dataFolder, 'keys')
  await mkdir(keys, { recursive: true, mode: 0o700 })
  // PostgreSQL may run as another user (see postgresUser), which must be able to enter, though not to list.
  await chmod(options.dataFolder, 0o711)
  const password = await keepSecret(join(keys, 'postgres-password'), () => randomBytes(24).toString('hex'))
  const cluster = new PostgresCluster(join(options.dataFolder, 'postgres'), password)
  for (let attempt = 1; ; attempt += 1) {
    await cluster.initialise()
    const url = urlOf(await cluster.start(), password)
    try {
      return await use(cluster, url)
    } catch (error) {
      // Another process was just stopping the cluster we found; the next round starts it again.
      if (attempt === 5) throw error
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt))
    }
  }
}

/** Stops the cluster of a data folder whoever uses it. */
export async function stopPostgres(dataFolder: string): Promise<void> {
  const password = await readFile(join(dataFolder, 'keys', 'postgres-password'), 'utf8').catch(() => null)
  if (password !== null) await new PostgresCluster(join(dataFolder, 'postgres'), password).stop()
}

/** How long until a cluster that is away is looked for once more. */
const AGAIN_MS = 1000

/**
 * Holds the cluster as one of its users. When it goes away while it is held, it is started again where it was: pools that speak to the same
 * address find it. It was killed (kill -9, out of memory), or stopped by who was the last to leave just when this one came: in a fast
 * shutdown the lock of the one may go to the other for the moment before both are disconnected.
 */
async function use(cluster: PostgresCluster, url: string): Promise<OpenPostgres> {
  const life = { stopped: false }
  let healing: Promise<void> = Promise.resolve()
  const hold = async (): Promise<Client> => {
    const held = await connect(url)
    await held.query('select pg_advisory_lock_shared($1)', [ADVISORY_LOCKS.clusterUsers])
    held.once('end', () => {
      if (!life.stopped) healing = heal()
    })
    return held
  }
  const heal = async (): Promise<void> => {
    while (!life.stopped) {
      try {
        if (!(await cluster.isRunning())) await cluster.start()
        client = await hold()
        return
      } catch {
        // Still recovering, or stopping: looked at again.
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref())
    }
  }
  let client = await hold()
  return {
    url,
    stop: async () => {
      life.stopped = true
      await healing
      try {
        await client.query('select pg_advisory_unlock_shared($1)', [ADVISORY_LOCKS.clusterUsers])
        const { rows } = await client.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [
          ADVISORY_LOCKS.clusterUsers,
        ])
        if (rows[0]?.last) await cluster.stop()
      } finally {
        await client.end().catch(() => undefined)
      }
    },
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  // Without a listener a lost connection would end the process; the next query says so to whoever asks.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

function explainUnreachable(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(cause)
  throw new Error(
    `The database in DATABASE_URL cannot be reached (${reason}). Check the address, the user and the password.`,
    { cause },
  )
}

const urlOf = (port: number, password: string): string => `postgres://spira:${password}@127.0.0.1:${port}/postgres`
