import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { backup } from '../../backups/backup.ts'
import { withServerContext } from '../serverContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'write everything a server is into a folder: tables, stored files, keys',
  help: `spira backup --out FOLDER [--data DIR] [--json]

  --out     made where it is not there; into the folder of the backup before, only what is new is copied, and what was
            erased since is erased there
  --data    the server's data folder (default: SPIRA_DATA, or .data in the checkout); the server may run meanwhile

  The keys are in it, readable: whoever has the folder can sign receipts and, while the release keys lie on the server,
  releases. Keep it as you keep the server.`,
  async run(args) {
    const values = parse(args)
    if (values.out === undefined) throw new UsageError('It needs --out.')
    const out = resolve(values.out)
    return withServerContext(values.data, async (_context, opened) => {
      const { tables, blobs, keys, madeAt } = await backup(opened, out)
      const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0)
      const counts = { rows, blobs: blobs.length, keys: Object.keys(keys).length }
      console.log(
        values.json === true
          ? JSON.stringify({ out, madeAt, ...counts })
          : `${out}: ${rows} rows of ${Object.keys(tables).length} tables, ${blobs.length} stored files, ${counts.keys} key files.`,
      )
      return 0
    })
  },
}
export default verb

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: { out: { type: 'string' }, data: { type: 'string' }, json: { type: 'boolean' } },
  }).values
}
