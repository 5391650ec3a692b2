import { readdirSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** `npm run bench -- NAME`: one measurement, each a file of this folder. Without a name, all of them, one after the other. */
const here = import.meta.dirname
const names = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts' && file !== 'bedsideBench.ts')
  .map((file) => file.slice(0, -3))
  .sort()

/** Options (`--memory`) are the measurement's own. */
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--') || argument === '--help')
const options = process.argv.slice(2).filter((argument) => argument.startsWith('--') && argument !== '--help')
const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0 || wanted.includes('--help')) {
  console.error(`bench: the measurements are ${names.join(', ')}.`)
  process.exit(2)
}

let failed = 0
for (const name of wanted.length > 0 ? wanted : names) {
  console.log(`\n=== ${name}`)
  const { status } = spawnSync(process.execPath, [join(here, `${name}.ts`), ...options], { stdio: 'inherit' })
  if (status !== 0) failed += 1
}
process.exitCode = failed === 0 ? 0 : 1
