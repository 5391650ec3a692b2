import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkBackup, restore, restoreKeys } from '../../backups/restore.ts'
import { dataFolderOf } from '../../server/dataFolder.ts'
import { withServerContext } from '../serverContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'make a server from a backup, in an empty folder',
  help: `spira restore --from FOLDER [--data DIR] [--json]

  --from    a folder that "spira backup" wrote; it is read whole and checked before anything is changed
  --data    where the server will keep everything; empty, or not there (default: SPIRA_DATA, or .data in the checkout)
  DATABASE_URL  an empty database of your own; restoring into it needs a superuser

  Devices go on with it as with the one before, at whatever address it is given.`,
  async run(args) {
    const values = parse(args)
    if (values.from === undefined) throw new UsageError('It needs --from.')
    const from = resolve(values.from)
    const dataFolder = dataFolderOf(values.data)
    const manifest = await checkBackup(from)
    await restoreKeys(from, manifest, dataFolder)
    await withServerContext(values.data, (_context, opened) => restore(opened, from, manifest))
    console.log(
      values.json === true
        ? JSON.stringify({ dataFolder, serverId: manifest.serverId, madeAt: manifest.madeAt })
        : `${dataFolder}: the server ${manifest.serverId} as of ${manifest.madeAt}. Start it with: spira server --data ${dataFolder}`,
    )
    return 0
  },
}
export default verb

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: { from: { type: 'string' }, data: { type: 'string' }, json: { type: 'boolean' } },
  }).values
}
