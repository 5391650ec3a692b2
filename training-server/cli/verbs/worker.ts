import { parseArgs } from 'node:util'
import { startWorker } from '../../jobs/worker.ts'
import { dataFolderOf } from '../../server/dataFolder.ts'
import { makeLog } from '../../server/log.ts'
import { openContext } from '../../server/openContext.ts'
import { untilOrphaned } from '../../server/untilOrphaned.ts'
import { untilStopped } from '../../server/untilStopped.ts'
import type { Verb } from '../verb.ts'

/** A worker whose server is gone. */
const ENDS_WITHIN_MS = 10_000

const verb: Verb = {
  summary: 'run the jobs of a training server in a process of their own',
  help: `spira worker [--data DIR] [--json]

  --data DIR    the server's data folder (default: SPIRA_DATA, or .data in the checkout)
  --json        one JSON object a line: {"event":"ready","pid":…} when it takes jobs, {"event":"stopped"} at its end
  DATABASE_URL  the server's PostgreSQL, when it is not the built-in one`,
  async run(args) {
    const { data, json } = parse(args)
    const dataFolder = dataFolderOf(data)
    // A worker that the server started ends with the server, even when that was killed.
    const orphaned = untilOrphaned()
    const stopped = Promise.race([untilStopped(), orphaned])
    // Its job is taken up by the next worker: it must not hold this one, nor a database that does not answer any more.
    void orphaned.then(() => setTimeout(() => process.exit(1), ENDS_WITHIN_MS).unref())
    const log = makeLog({ level: process.env['SPIRA_LOG_LEVEL'] ?? 'info' })
    const opened = await openContext({ dataFolder, databaseUrl: process.env['DATABASE_URL'], log })
    try {
      const worker = await startWorker(opened.context)
      console.log(json ? JSON.stringify({ event: 'ready', pid: process.pid }) : 'spira worker ready')
      await stopped
      await worker.stop()
    } finally {
      await opened.close()
    }
    if (json) console.log(JSON.stringify({ event: 'stopped' }))
    // The channel to the server, where there is one, would keep the process.
    if (process.connected) process.disconnect()
    return 0
  },
}
export default verb

function parse(args: readonly string[]): { readonly data: string | undefined; readonly json: boolean } {
  const { values } = parseArgs({ args: [...args], options: { data: { type: 'string' }, json: { type: 'boolean' } } })
  return { data: values.data, json: values.json === true }
}
