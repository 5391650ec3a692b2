import { parseArgs } from 'node:util'
import { dataFolderOf } from '../../server/dataFolder.ts'
import { startServer } from '../../server/main.ts'
import { untilStopped } from '../../server/untilStopped.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'start the training server, with its database and its worker',
  help: `spira server [--data DIR] [--port N] [--host ADDRESS] [--shared] [--no-worker] [--json]

  --data DIR      where everything is kept (default: SPIRA_DATA, or .data in the checkout)
  --port N        default: SPIRA_PORT, or 4600; 0 takes a free one
  --host ADDRESS  default: 127.0.0.1, this machine only
  --shared        several server processes share this data: each of them is started so
  --no-worker     run no jobs here; "spira worker" runs them in a process of its own
  --json          one JSON object a line on standard output: {"event":"ready","url":…,"pid":…,"oneTimePassword":…} when it
                  answers (the password, of user admin, only at the first start), and {"event":"stopped"} at its end
  SPIRA_BLOBS     s3://BUCKET?endpoint=URL&region=NAME: audio in a bucket instead of the data folder; credentials from
                  AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
  DATABASE_URL    a PostgreSQL of your own instead of the built-in one
  SPIRA_LOG_LEVEL info, debug, warn, error or silent; the log goes to standard error`,
  async run(args) {
    const { json, ...options } = parse(args)
    const stopped = untilStopped()
    const server = await startServer({
      ...options,
      databaseUrl: process.env['DATABASE_URL'],
      say: (line) => {
        if (!json) console.log(line)
      },
    })
    const { url, oneTimePassword } = server
    if (json) console.log(JSON.stringify({ event: 'ready', url, pid: process.pid, oneTimePassword }))
    await stopped
    await server.stop()
    if (json) console.log(JSON.stringify({ event: 'stopped' }))
    return 0
  },
}
export default verb

function parse(args: readonly string[]) {
  const { values } = parseOptions(args)
  const port = Number(values.port ?? process.env['SPIRA_PORT'] ?? '4600')
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`"${values.port}" is no port`)
  const worker = values['no-worker'] === true ? 'elsewhere' : 'beside the server'
  const use = values.shared === true ? 'shared' : 'alone'
  return {
    dataFolder: dataFolderOf(values.data),
    host: values.host ?? '127.0.0.1',
    port,
    worker,
    use,
    json: values.json === true,
  } as const
}

function parseOptions(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      'no-worker': { type: 'boolean' },
      shared: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  })
}
