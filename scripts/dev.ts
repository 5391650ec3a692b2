import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import concurrently from 'concurrently'

/** `npm run dev`: server (restarted on change), bedside app and console (hot reload), in one terminal. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const data = process.env['SPIRA_DATA'] ?? join(root, '.data')
const port = process.env['SPIRA_PORT'] ?? '4600'
const env = { SPIRA_SERVER: `http://127.0.0.1:${port}` }

const { result } = concurrently(
  [
    {
      name: 'server',
      prefixColor: 'cyan',
      command: `node --watch-path=training-server --watch-path=shared --watch-preserve-output training-server/cli/spira.ts server --data "${data}" --port ${port}`,
    },
    {
      name: 'bedside',
      prefixColor: 'green',
      command: 'vite --port 4601 --strictPort',
      cwd: join(root, 'renderer'),
      env,
    },
    {
      name: 'console',
      prefixColor: 'magenta',
      command: 'vite --port 4602 --strictPort',
      cwd: join(root, 'apps/console'),
      env,
    },
  ],
  { cwd: root, killOthersOn: ['failure', 'success'], killTimeout: 15_000 },
)
console.log(
  `Bedside http://127.0.0.1:4601/bedside/   Console http://127.0.0.1:4602/console/   Server ${env.SPIRA_SERVER}`,
)
await result.then(
  () => process.exit(0),
  () => process.exit(1),
)
