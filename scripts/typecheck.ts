import { spawnSync } from 'node:child_process'

/** Each environment has its own compiler settings, so that browser code cannot reach Node by accident and the reverse. */
const projects = [
  'shared',
  'shared/ui',
  'renderer',
  'apps/console',
  'apps/simulator',
  'training-server',
  'electron',
  'tsconfig.tests.json',
]

let failed = 0
for (const project of projects) {
  const { status } = spawnSync('tsc', ['-p', project], { stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) {
    console.error(`typecheck: ${project} has errors (above).`)
    failed += 1
  }
}
process.exitCode = failed === 0 ? 0 : 1
