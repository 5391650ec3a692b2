import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { openPostgres, stopPostgres } from './postgres.ts'

const dataFolder = await mkdtemp(join(tmpdir(), 'spira-postgres-'))
const pidFile = join(dataFolder, 'postgres', 'postmaster.pid')
const postmaster = async () => Number((await readFile(pidFile, 'utf8')).split('\n')[0])
afterAll(async () => {
  await stopPostgres(dataFolder)
  await rm(dataFolder, { recursive: true, force: true })
})

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

test('the cluster is made, keeps its data over a stop, and listens to this machine alone', async () => {
  const first = await openPostgres({ dataFolder })
  await query(first.url, 'create table kept (n int); insert into kept values (7)')
  expect(await query(first.url, "select current_setting('listen_addresses') a, current_setting('fsync') f")).toEqual([
    { a: '127.0.0.1', f: 'on' },
  ])
  expect((await stat(join(dataFolder, 'keys', 'postgres-password'))).mode & 0o777).toBe(0o600)
  await first.stop()
  await expect(stat(pidFile)).rejects.toThrow('ENOENT')
  const second = await openPostgres({ dataFolder })
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }])
  await second.stop()
}, 60_000)

test('several who open at once share one cluster, and the last one out stops it', async () => {
  const opened = await Promise.all([1, 2, 3].map(() => openPostgres({ dataFolder })))
  expect(new Set(opened.map(({ url }) => url)).size).toBe(1)
  await opened[0].stop()
  await opened[1].stop()
  expect(await query(opened[2].url, 'select 1 as one')).toEqual([{ one: 1 }])
  await opened[2].stop()
  await expect(stat(pidFile)).rejects.toThrow('ENOENT')
}, 60_000)

test('promise 1: a cluster left behind by a killed server is taken over, one that was itself killed is recovered', async () => {
  // As after kill -9 of the server: the process is gone without stop(), the cluster goes on.
  const program = `import { openPostgres } from '${new URL('postgres.ts', import.meta.url).href}'; await openPostgres({ dataFolder: '${dataFolder}' }); process.kill(process.pid, 'SIGKILL')`
  expect(() => execFileSync(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' })).toThrow()
  const orphan = await postmaster()
  const taken = await openPostgres({ dataFolder })
  expect(await postmaster()).toBe(orphan)
  await query(taken.url, 'create table survivors (n int); insert into survivors values (8)')
  process.kill(orphan, 'SIGKILL')
  await taken.stop().catch(() => undefined)

  const recovered = await openPostgres({ dataFolder })
  expect(await query(recovered.url, 'select n from survivors')).toEqual([{ n: 8 }])
  await recovered.stop()
}, 60_000)

test('a process number that another program has now does not keep the cluster from starting', async () => {
  const before = await openPostgres({ dataFolder })
  await before.stop()
  // As after a crash of the machine: the file is there, and its number belongs to somebody else, here to this test.
  await writeFile(pidFile, `${process.pid}\n${join(dataFolder, 'postgres')}\n0\n1\n\n127.0.0.1\n`)
  const opened = await openPostgres({ dataFolder })
  expect(await query(opened.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await opened.stop()
}, 60_000)

test('a database that cannot be reached is said in a sentence without its password', async () => {
  const databaseUrl = 'postgres://someone:secretword@127.0.0.1:1/none'
  const failure = await openPostgres({ dataFolder, databaseUrl }).catch((error: Error) => error.message)
  expect(failure).toMatch(
    /^The database in DATABASE_URL cannot be reached \(.+\)\. Check the address, the user and the password\.$/,
  )
  expect(failure).not.toContain('secretword')
})

test('promise 1: killed or stopped while it is used, the cluster comes back by itself at the same address', async () => {
  const [one, other] = await Promise.all([openPostgres({ dataFolder }), openPostgres({ dataFolder })])
  await query(one.url, 'create table again (n int); insert into again values (9)')
  const before = await postmaster()
  process.kill(before, 'SIGKILL')
  await expect
    .poll(() => query(one.url, 'select n from again').catch(() => null), { timeout: 30_000 })
    .toEqual([{ n: 9 }])
  expect(await postmaster()).not.toBe(before)
  // Both hold it anew: it is stopped by the last one out.
  await expect
    .poll(() => query(other.url, "select count(*)::int from pg_locks where locktype = 'advisory'").catch(() => null), {
      timeout: 30_000,
    })
    .toEqual([{ count: 2 }])
  await one.stop()
  expect(await query(other.url, 'select n from again')).toEqual([{ n: 9 }])
  // As by a server that left last while this one came.
  await stopPostgres(dataFolder)
  await expect
    .poll(() => query(other.url, 'select n from again').catch(() => null), { timeout: 30_000 })
    .toEqual([{ n: 9 }])
  await other.stop()
  await expect(stat(pidFile)).rejects.toThrow('ENOENT')
}, 60_000)
