import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `npm run -s pipeline-kill`: worker, server and PostgreSQL killed with -9 in the midst of every stage of a run, the server while its model is approved and released (pipelineKill.test.ts). */
const { status } = spawnSync('vitest', ['run', 'scripts/pipelineKill.test.ts'], {
  cwd: dirname(dirname(fileURLToPath(import.meta.url))),
  stdio: 'inherit',
  env: { ...process.env, SPIRA_KILL: 'every stage' },
  shell: process.platform === 'win32',
})
process.exitCode = status ?? 1
