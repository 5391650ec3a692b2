import { parseArgs } from 'node:util'
import { resetPassword } from '../../accounts/accounts.ts'
import { withServerContext } from '../serverContext.ts'
import type { Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'print a new one-time password of an account',
  help: `spira reset-password [--username NAME] [--data DIR]

  --username NAME  default: admin. Its sessions end, and a lock after failed sign-ins is lifted
  --data DIR       the server's data folder (default: SPIRA_DATA, or .data in the checkout)`,
  async run(args) {
    const { username = 'admin', data } = parse(args)
    return withServerContext(data, async (context) => {
      const password = await resetPassword(context, username)
      if (password === null) throw new Error(`There is no account "${username}".`)
      console.log(`Next sign-in: user "${username}", one-time password "${password}" (shown once)`)
      return 0
    })
  },
}
export default verb

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: { username: { type: 'string' }, data: { type: 'string' } } }).values
}
