import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { findBrowser } from './browser.ts'

/** `npm run -s tuf-conformance`: every ported case of the TUF conformance suite on our verifier, on tuf-js and in Chromium, counted. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const report = join(mkdtempSync(join(tmpdir(), 'spira-tuf-')), 'report.json')

const run = (command: string, args: readonly string[]): string =>
  spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SPIRA_BROWSER: findBrowser() ?? '' },
    shell: process.platform === 'win32',
  }).stdout

run('vitest', ['run', 'shared/release/conformance.test.ts', '--reporter=json', `--outputFile=${report}`])
const tests = z
  .object({
    testResults: z.array(
      z.object({
        assertionResults: z.array(
          z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
        ),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(report, 'utf8')))
  .testResults.flatMap(({ assertionResults }) => assertionResults)

const [passed, all] = [tests.filter(({ status }) => status === 'passed'), tests]
const of = (list: typeof tests, client: string): number =>
  list.filter(({ ancestorTitles }) => ancestorTitles.some((title) => title.includes(client))).length
for (const { title, status } of all) if (status === 'failed') console.error(`failed: ${title}`)
console.log(`our verifier in Node:   ${of(passed, 'TUF conformance')} of ${of(all, 'TUF conformance')} cases`)
console.log(
  `tuf-js, same verdicts:  ${of(passed, 'by tuf-js')} of ${of(all, 'by tuf-js')} (one of them stricter in ours)`,
)

const [, inChromium = '0', cases = '0'] =
  /in Chromium: (\d+) of (\d+)/.exec(run('playwright', ['test', 'e2e/releaseConformance.spec.ts'])) ?? []
console.log(`our verifier, Chromium: ${inChromium} of ${cases} cases`)
process.exitCode = passed.length === all.length && all.length > 0 && inChromium === cases && cases !== '0' ? 0 : 1
