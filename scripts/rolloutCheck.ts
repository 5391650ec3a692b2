import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `npm run -s rollout-check [-- DEVICES]`: the fleet of rolloutCheck.test.ts with 50 devices, or as many as said. */
const [devices = '50'] = process.argv.slice(2)
const { status } = spawnSync('vitest', ['run', 'scripts/rolloutCheck.test.ts'], {
  cwd: dirname(dirname(fileURLToPath(import.meta.url))),
  stdio: 'inherit',
  env: { ...process.env, SPIRA_ROLLOUT_DEVICES: devices },
  shell: process.platform === 'win32',
})
process.exitCode = status ?? 1
