import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findBrowser } from './browser.ts'
import { buildIfStale } from './build.ts'
import { type Counts, failedTitles, playwrightCounts, vitestCounts } from './testCounts.ts'

/** `npm run -s prove -- N`: runs exactly the tests whose title cites promise N (docs/PROMISES.md) and counts them. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const number = Number(process.argv[2])
if (!Number.isInteger(number) || number < 1 || number > 10) {
  console.error('prove: say which promise, 1 to 10 (docs/PROMISES.md), for example: npm run -s prove -- 2')
  process.exit(2)
}

const reports = mkdtempSync(join(tmpdir(), 'spira-prove-'))
const title = `promise ${number}:`

/** A runner that finds no test of the title writes no report, or one that counts none. */
function count(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  report: string,
  read: (json: unknown) => Counts,
): Counts {
  spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  if (!existsSync(report)) return { passed: 0, failed: 0, skipped: 0 }
  const json: unknown = JSON.parse(readFileSync(report, 'utf8'))
  for (const failed of failedTitles(json)) console.error(`failed: ${failed}`)
  return read(json)
}

for (const workspace of ['renderer', 'apps/console']) buildIfStale(root, workspace)
const unitReport = join(reports, 'unit.json')
const endReport = join(reports, 'end.json')
const unit = count(
  'vitest',
  ['run', '-t', title, '--passWithNoTests', '--reporter=json', `--outputFile=${unitReport}`],
  {},
  unitReport,
  vitestCounts,
)
const end = count(
  'playwright',
  ['test', '--grep', title, '--pass-with-no-tests', '--reporter=json'],
  { PLAYWRIGHT_JSON_OUTPUT_FILE: endReport, SPIRA_BROWSER: findBrowser() ?? '' },
  endReport,
  playwrightCounts,
)
const failed = unit.failed + end.failed
const passed = unit.passed + end.passed
console.log(`promise ${number}: ${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
