import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** User and system time so far, milliseconds, and that of its children that ended (proc(5): fields 14 to 17 of stat, hundredths of a second). */
async function statOf(pid: string) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number)
  return { parent: fields[1], ms: (user + system) * 10, endedMs: (endedUser + endedSystem) * 10 }
}

/** Processor time of these processes so far, milliseconds. */
export async function processesMs(pids: readonly number[]): Promise<number> {
  const stats = await Promise.all(pids.map((pid) => statOf(String(pid))))
  return stats.reduce((sum, { ms }) => sum + ms, 0)
}

/** Processor time so far of all processes of the PostgreSQL in a server's data folder, milliseconds: those that ended are counted with the first. */
export async function postgresMs(dataFolder: string): Promise<number> {
  const [first = ''] = (await readFile(join(dataFolder, 'postgres/postmaster.pid'), 'utf8')).split('\n')
  const everyPid = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const workers = (await Promise.all(everyPid.map(statOf))).filter(({ parent }) => parent === first)
  const { ms, endedMs } = await statOf(first)
  return workers.reduce((sum, worker) => sum + worker.ms, ms + endedMs)
}
