import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/** `npm run -s demo`: a simulated clinic enrols with the running server and sends labelled encounters of simulated speakers. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: process.env['SPIRA_DATA'] ?? join(root, '.data') },
    server: { type: 'string', default: `http://127.0.0.1:${process.env['SPIRA_PORT'] ?? '4600'}` },
    encounters: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
  },
})

const made = spawnSync(
  'node',
  [
    join(root, 'training-server/cli/spira.ts'),
    'enrolment-code',
    '--data',
    values.data,
    '--site',
    'Simulated clinic',
    '--simulated',
    '--json',
  ],
  { encoding: 'utf8' },
)
if (made.status !== 0) {
  console.error(`demo: ${made.stderr.trim()} Start the server first: npm start.`)
  process.exit(1)
}
const { code } = JSON.parse(made.stdout) as { code: string }
const { status } = spawnSync(
  'node',
  [
    join(root, 'apps/simulator/cli.ts'),
    'fleet',
    '--server',
    values.server,
    '--enrolment-code',
    code,
    '--encounters',
    values.encounters,
    '--seed',
    values.seed,
  ],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
