import { ERRORS, type Lock, type Locker, MemoryLocker } from '@tus/server'
import { Client } from 'pg'
import type { Logger } from 'pino'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'

const CHANNEL = 'spira_upload_wanted'
const POLL_MS = 25
const WAIT_MS = 10_000
/** An upload's lock is kept so long after its last request: the next one, most often of the same client, then asks nobody. */
const KEPT_MS = 1000

/** Who waits too long for an upload that another request writes to. tus names no status for it; 423 is HTTP's (RFC 4918). */
const LOCKED = { status_code: 423, body: 'Another request is writing to this upload\n' }

/**
 * One writer for an upload, whatever server process it speaks to. Within the process the lock is tus-node-server's own; between
 * processes it is a PostgreSQL advisory lock of one session for the whole process. Who wants an upload that another process holds
 * says so (NOTIFY), and that request ends early, as tus asks: its client may be long gone. Between two requests the process keeps the
 * lock for a moment, and lets go at once when another wants it. A session that breaks takes all its locks with it: the requests that held
 * them are ended, too.
 */
export class UploadLocks implements Locker {
  readonly #databaseUrl: string
  readonly #log: Logger
  readonly #lost: () => void
  readonly #local = new MemoryLocker({ acquireLockTimeout: WAIT_MS })
  readonly #held = new Map<string, () => Promise<void> | void>()
  /** Kept though nobody uses it: when it was used last, milliseconds. */
  readonly #kept = new Map<string, number>()
  /** Another process asked while it was in use. */
  readonly #wanted = new Set<string>()
  #letting: ReturnType<typeof setInterval> | undefined
  #session: Promise<Client> | null = null
  /** Wanted of the session, and asked for together as soon as its turn comes. */
  #asked = new Map<string, (taken: boolean | Error) => void>()
  /** The session carries out one statement after another. */
  #turn: Promise<unknown> = Promise.resolve()

  /** @param lost called when locks went without being let go: what was written under them may have been written by others, too. */
  constructor(databaseUrl: string, log: Logger, lost: () => void = () => undefined) {
    this.#databaseUrl = databaseUrl
    this.#log = log
    this.#lost = lost
  }

  newLock(id: string): Lock {
    const local = this.#local.newLock(id)
    return {
      lock: async (signal, requestRelease) => {
        // One that nobody holds needs neither its timer nor its signal.
        if (!this.#local.locks.has(id)) this.#local.locks.set(id, { requestRelease })
        else
          await local.lock(signal, requestRelease).catch((error: unknown) => {
            throw error === ERRORS.ERR_LOCK_TIMEOUT ? LOCKED : error
          })
        try {
          if (!this.#kept.delete(id)) await this.#take(id, signal)
          this.#held.set(id, requestRelease)
        } catch (error) {
          await local.unlock()
          throw error
        }
      },
      unlock: async () => {
        // A session that broke meanwhile has let go by itself.
        if (this.#held.delete(id)) this.#keep(id)
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
    clearInterval(this.#letting)
    const session = await this.#session?.catch(() => null)
    await this.#turn
    await session?.end()
  }

  #keep(id: string): void {
    if (this.#wanted.delete(id)) return this.#letGo([id])
    this.#kept.set(id, performance.now())
    this.#letting ??= setInterval(() => {
      const until = performance.now() - KEPT_MS
      this.#letGo([...this.#kept].filter(([, usedAt]) => usedAt < until).map(([kept]) => kept))
    }, KEPT_MS / 2).unref()
  }

  /** The session carries this out before whatever it is asked next. */
  #letGo(ids: readonly string[]): void {
    for (const id of ids) this.#kept.delete(id)
    if (this.#kept.size === 0) {
      clearInterval(this.#letting)
      this.#letting = undefined
    }
    if (ids.length === 0) return
    const statement = 'select pg_advisory_unlock($1, hashtext(id)) from unnest($2::text[]) as id'
    const session = this.#session
    // A session that broke has let go by itself.
    this.#inTurn(async () => (await session)?.query(statement, [ADVISORY_LOCKS.upload, ids])).catch(() => undefined)
  }

  /** Another process wants it. */
  #ask(id: string): void {
    if (this.#kept.has(id)) return this.#letGo([id])
    const release = this.#held.get(id)
    if (release === undefined) return
    this.#wanted.add(id)
    void release()
  }

  async #take(id: string, signal: AbortSignal): Promise<void> {
    const until = Date.now() + WAIT_MS
    while (!signal.aborted && Date.now() < until) {
      const session = await this.#open()
      try {
        if (await this.#isTaken(session, id)) return
      } catch (error) {
        // A session that broke just now: another is opened.
        this.#log.warn({ err: error }, 'the session of the upload locks broke')
        this.#session = null
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    throw LOCKED
  }

  /** Takes the lock, or tells its holder that somebody waits. Those who ask while the session is busy share one statement. */
  #isTaken(session: Client, id: string): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const first = this.#asked.size === 0
    this.#asked.set(id, (taken) => (taken instanceof Error ? reject(taken) : resolve(taken)))
    if (first)
      void this.#inTurn(async () => {
        const asked = this.#asked
        this.#asked = new Map()
        const taken = await takeAll(session, [...asked.keys()]).catch((error: Error) => error)
        for (const [each, answer] of asked) answer(taken instanceof Error ? taken : taken.has(each))
      })
    return promise
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
      this.#kept.clear()
      this.#wanted.clear()
      const releases = [...this.#held.values()]
      this.#held.clear()
      this.#lost()
      for (const release of releases) void release()
    })
    client.on('notification', ({ payload }) => this.#ask(payload ?? ''))
    await client.connect()
    await client.query(`listen ${CHANNEL}`)
    return client
  }
}

/** @returns those whose lock was taken; the holders of the others are told. */
async function takeAll(session: Client, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await session.query<{ id: string; taken: boolean }>(
    'select id, pg_try_advisory_lock($1, hashtext(id)) as taken from unnest($2::text[]) as id',
    [ADVISORY_LOCKS.upload, ids],
  )
  const refused = rows.filter(({ taken }) => !taken).map(({ id }) => id)
  if (refused.length > 0)
    await session.query('select pg_notify($1, id) from unnest($2::text[]) as id', [CHANNEL, refused])
  return new Set(rows.filter(({ taken }) => taken).map(({ id }) => id))
}
