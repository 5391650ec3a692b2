import { parseArgs } from 'node:util'
import { resetPassword } from '../../accounts/accounts.ts'
import { dataFolderOf } from '../../server/dataFolder.ts'
import { makeLog } from '../../server/log.ts'
import { openContext } from '../../server/openContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'print a new one-time password of an account',
  help: `spira reset-password [--username NAME] [--data DIR]

  --username NAME  default: admin. Its sessions end, and a lock after failed sign-ins is lifted
  --data DIR       the server's data folder (default: SPIRA_DATA, or .data in the checkout)`,
  async run(args) {
    const { username = 'admin', data } = parse(args)
    const opened = await openContext({
      dataFolder: dataFolderOf(data),
      databaseUrl: process.env['DATABASE_URL'],
      log: makeLog({ level: 'warn' }),
    })
    try {
      const password = await resetPassword(opened.context, username)
      if (password === null) throw new Error(`There is no account "${username}".`)
      console.log(`Next sign-in: user "${username}", one-time password "${password}" (shown once)`)
      return 0
    } finally {
      await opened.close()
    }
  },
}
export default verb

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { username: { type: 'string' }, data: { type: 'string' } } }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
