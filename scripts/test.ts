import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBrowser } from './browser.ts'
import { buildIfStale } from './build.ts'
import { type Counts, failedTitles, flakyTitles, playwrightCounts, vitestCounts } from './testCounts.ts'

/**
 * `npm test`: every check of the project, each run even when an earlier one failed; the last line counts them all. What
 * fails is tried once more: what then passes is named, so that a busy machine stops nobody and a weak test does not hide.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const reports = mkdtempSync(join(tmpdir(), 'spira-test-'))
// Hundreds of processes load the same modules: servers, workers, commands, the tests' own. Node compiles each once, for all of them.
process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules/.cache/compiled')
const rows: { name: string; counts: Counts; seconds: number }[] = []
const told: string[] = []

function step(name: string, run: () => Counts): void {
  console.log(`\n=== ${name}`)
  const started = performance.now()
  let counts: Counts = { passed: 0, failed: 1, skipped: 0 }
  try {
    counts = run()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
  }
  rows.push({ name, counts, seconds: (performance.now() - started) / 1000 })
}

/** A command that is one check: passed when it exits with 0. */
const check = (command: string, args: readonly string[]) => (): Counts => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  return status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/** The desktop app in the real Electron: skipped, not passed, where there is no binary (exit status 3). */
function shellCheck(): Counts {
  const { status } = spawnSync('node', ['scripts/shellCheck.ts'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return { passed: status === 0 ? 1 : 0, failed: status === 0 || status === 3 ? 0 : 1, skipped: status === 3 ? 1 : 0 }
}

/** A test runner that writes a JSON report; a runner that dies without one has failed. */
const runner =
  (
    command: string,
    args: readonly string[],
    env: Record<string, string>,
    report: string,
    read: (json: unknown) => Counts,
  ) =>
  (): Counts => {
    const { status } = spawnSync(command, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    })
    const json: unknown = JSON.parse(readFileSync(report, 'utf8'))
    const counts = read(json)
    told.push(...failedTitles(json).map((title) => `failed: ${title}`))
    told.push(...flakyTitles(json).map((title) => `passed when tried again, having failed with: ${title}`))
    if (status === 0 || counts.failed > 0) return counts
    told.push('failed: an error outside of the tests, all of which passed; it stands above')
    return { ...counts, failed: 1 }
  }

const vitestReport = join(reports, 'vitest.json')
const playwrightReport = join(reports, 'playwright.json')

step('type check', check('node', ['scripts/typecheck.ts']))
step('format', check('oxfmt', ['--check', '.']))
step('lint', check('oxlint', ['--type-aware', '--deny-warnings']))
step('layers', check('node', ['scripts/lint-layers.ts']))
step('licences', check('node', ['scripts/licences.ts', '--check']))
step(
  'unit and integration',
  runner(
    'vitest',
    ['run', '--retry=1', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`],
    {},
    vitestReport,
    vitestCounts,
  ),
)
step('build', () => {
  buildIfStale(root, 'renderer')
  buildIfStale(root, 'apps/console')
  buildIfStale(root, 'electron')
  return { passed: 1, failed: 0, skipped: 0 }
})
step('packed app', check('node', ['scripts/shellPackCheck.ts']))
step('desktop app', shellCheck)
step('end to end', () => {
  const browser = ensureBrowser()
  return runner(
    'playwright',
    ['test', '--retries=1', '--reporter=list,json'],
    { PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport, SPIRA_BROWSER: browser },
    playwrightReport,
    playwrightCounts,
  )()
})

const total = rows.reduce(
  (sum, { counts }) => ({
    passed: sum.passed + counts.passed,
    failed: sum.failed + counts.failed,
    skipped: sum.skipped + counts.skipped,
  }),
  { passed: 0, failed: 0, skipped: 0 },
)
console.log('\n=== summary')
for (const { name, counts, seconds } of rows)
  console.log(
    `${counts.failed === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(22)} ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped  (${seconds.toFixed(0)} s)`,
  )
for (const line of told) console.log(line)
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
