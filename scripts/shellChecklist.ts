import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/**
 * `npm run -s shell:checklist`: every item of Electron's security checklist with what its test says, read from the options that
 * the shell really passes; then the suites of the shell with their counts. It needs no Electron binary.
 */
const ITEMS = 20
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'spira-checklist-'))
const report = join(folder, 'report.json')
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ title: z.string(), status: z.string() })),
    }),
  ),
})

spawnSync(
  'vitest',
  ['run', 'electron', 'scripts/rendererWithoutNode.test.ts', '--reporter=json', `--outputFile=${report}`],
  {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  },
)
const suites = reportSchema
  .parse(JSON.parse(readFileSync(report, 'utf8')))
  .testResults.map(({ name, assertionResults }) => ({
    file: name.slice(root.length + 1).replaceAll('\\', '/'),
    tests: assertionResults,
  }))
  .toSorted((a, b) => (a.file < b.file ? -1 : 1))
rmSync(folder, { recursive: true, force: true })

const items = suites.find(({ file }) => file === 'electron/securityChecklist.test.ts')?.tests ?? []
const held = items.filter(({ status }) => status === 'passed').length
for (const { title, status } of items) console.log(`${status === 'passed' ? 'ok  ' : 'FAIL'} ${title}`)
console.log(`${held} of ${ITEMS} items of Electron's security checklist hold\n`)

const count = (tests: readonly { readonly status: string }[], status: string): number =>
  tests.filter((test) => test.status === status).length
for (const { file, tests } of suites)
  console.log(
    `${file.padEnd(44)} ${count(tests, 'passed')} passed, ${count(tests, 'failed')} failed, ${tests.length - count(tests, 'passed') - count(tests, 'failed')} skipped`,
  )
const failed = suites.reduce((sum, { tests }) => sum + count(tests, 'failed'), 0)
process.exitCode = held === ITEMS && failed === 0 ? 0 : 1
