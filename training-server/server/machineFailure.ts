const DATABASE_GONE =
  'the database cannot be reached: nothing is filed, devices keep what they have and try again. Restart the server if it does not come back by itself'

/** Causes that are the machine's and not a defect, by the code of Node, of PostgreSQL (SQLSTATE) or of its driver. */
const CAUSES: readonly { readonly codes: readonly string[]; readonly sentence: string }[] = [
  {
    // ENOSPC, EDQUOT: Node. 53100: disk_full.
    codes: ['ENOSPC', 'EDQUOT', '53100'],
    sentence: 'the disk is full: nothing more is filed, devices keep what they have and try again. Make room on it',
  },
  {
    // 57P01 admin_shutdown, 57P02 crash_shutdown, 57P03 cannot_connect_now, 08006 connection_failure.
    codes: ['ECONNREFUSED', '57P01', '57P02', '57P03', '08006'],
    sentence: DATABASE_GONE,
  },
]

/** What a failure of the server means to whoever looks after it; null where it is none of the machine's. */
export function machineFailure(error: unknown): string | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : ''
    const found = CAUSES.find(({ codes }) => codes.includes(code))
    if (found !== undefined) return found.sentence
    // The driver gives a connection that ended under a query no code.
    if (cause.message.startsWith('Connection terminated')) return DATABASE_GONE
  }
  return null
}
