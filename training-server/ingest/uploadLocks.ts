import { ERRORS, type Lock, type Locker, MemoryLocker } from '@tus/server'
import { Client } from 'pg'
import type { Logger } from 'pino'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'

const CHANNEL = 'spira_upload_wanted'
const POLL_MS = 25
const WAIT_MS = 10_000

/** Who waits too long for an upload that another request writes to. tus names no status for it; 423 is HTTP's (RFC 4918). */
const LOCKED = { status_code: 423, body: 'Another request is writing to this upload\n' }

/**
 * One writer for an upload, whatever server process it speaks to. Within the process the lock is tus-node-server's own; between
 * processes it is a PostgreSQL advisory lock of one session for the whole process. Who wants an upload that another process holds
 * says so (NOTIFY), and that request ends early, as tus asks: its client may be long gone. A session that breaks takes all its
 * locks with it: the requests that held them are ended, too.
 */
export class UploadLocks implements Locker {
  readonly #databaseUrl: string
  readonly #log: Logger
  readonly #local = new MemoryLocker({ acquireLockTimeout: WAIT_MS })
  readonly #held = new Map<string, () => Promise<void> | void>()
  #session: Promise<Client> | null = null
  /** The session carries out one statement after another. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(databaseUrl: string, log: Logger) {
    this.#databaseUrl = databaseUrl
    this.#log = log
  }

  newLock(id: string): Lock {
    const local = this.#local.newLock(id)
    let session: Client | null = null
    return {
      lock: async (signal, requestRelease) => {
        await local.lock(signal, requestRelease).catch((error: unknown) => {
          throw error === ERRORS.ERR_LOCK_TIMEOUT ? LOCKED : error
        })
        try {
          session = await this.#take(id, signal)
          this.#held.set(id, requestRelease)
        } catch (error) {
          await local.unlock()
          throw error
        }
      },
      unlock: async () => {
        this.#held.delete(id)
        // A session that broke meanwhile has let go by itself.
        const held = session
        if (held !== null)
          await this.#inTurn(() =>
            held.query('select pg_advisory_unlock($1, hashtext($2))', [ADVISORY_LOCKS.upload, id]),
          ).catch(() => null)
        await local.unlock()
      },
    }
  }

  /** Runs `work` while nobody writes to the upload. */
  async while<T>(id: string, work: () => Promise<T>): Promise<T> {
    const lock = this.newLock(id)
    await lock.lock(new AbortController().signal, () => undefined)
    try {
      return await work()
    } finally {
      await lock.unlock()
    }
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => null)
    await session?.end()
  }

  async #take(id: string, signal: AbortSignal): Promise<Client> {
    const until = Date.now() + WAIT_MS
    while (!signal.aborted && Date.now() < until) {
      const session = await this.#open()
      try {
        if (await this.#inTurn(() => isTaken(session, id))) return session
      } catch (error) {
        // A session that broke just now: another is opened.
        this.#log.warn({ err: error }, 'the session of the upload locks broke')
        this.#session = null
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    throw LOCKED
  }

  #inTurn<T>(statement: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(statement)
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  #open(): Promise<Client> {
    this.#session ??= this.#connect().catch((error: unknown) => {
      this.#session = null
      throw error
    })
    return this.#session
  }

  async #connect(): Promise<Client> {
    const client = new Client({ connectionString: this.#databaseUrl, application_name: 'spira-upload-locks' })
    client.on('error', (error) => this.#log.warn({ err: error }, 'the session of the upload locks broke'))
    client.on('end', () => {
      this.#session = null
      // Its locks are gone with it.
      for (const release of this.#held.values()) void release()
    })
    client.on('notification', ({ payload }) => void this.#held.get(payload ?? '')?.())
    await client.connect()
    await client.query(`listen ${CHANNEL}`)
    return client
  }
}

/** Takes the lock, or tells its holder that somebody waits. */
async function isTaken(session: Client, id: string): Promise<boolean> {
  const { rows } = await session.query<{ taken: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as taken', [
    ADVISORY_LOCKS.upload,
    id,
  ])
  if (rows[0]?.taken) return true
  await session.query('select pg_notify($1, $2)', [CHANNEL, id])
  return false
}
