import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'

/** How many tests of a runner's JSON report ended which way. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The first line of the first message that a test of a vitest or Playwright JSON report failed with. */
function firstReason(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  const { failureMessages, error } = node as { failureMessages?: unknown; error?: { message?: unknown } }
  const message = Array.isArray(failureMessages) ? failureMessages[0] : error?.message
  if (typeof message === 'string') return stripVTControlCharacters(message).split('\n')[0]
  for (const each of Object.values(node)) {
    const reason = firstReason(each)
    if (reason !== undefined) return reason
  }
  return undefined
}

/** What is read of one test: vitest's assertion result, or Playwright's spec. */
interface TestNode {
  readonly title?: unknown
  readonly ok?: unknown
  readonly status?: unknown
  readonly failureMessages?: unknown
  readonly tests?: unknown
}

/** The tests of a JSON report that are so, each its title and the first line of why it failed. */
function titlesOf(json: unknown, isSo: (node: TestNode) => boolean): string[] {
  const titles: string[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) visit(each)
    else if (typeof node === 'object' && node !== null) {
      const { title } = node as TestNode
      if (typeof title === 'string' && isSo(node))
        titles.push([title, firstReason(node)].filter((part) => part !== undefined).join(': '))
      for (const each of Object.values(node)) visit(each)
    }
  }
  visit(json)
  return titles
}

/** The tests of a vitest or Playwright JSON report that failed: each its title and the first line of why. */
export const failedTitles = (json: unknown): string[] =>
  titlesOf(json, ({ ok, status }) => ok === false || status === 'failed')

/** Those that failed at first and passed when they were tried again. */
export const flakyTitles = (json: unknown): string[] =>
  titlesOf(
    json,
    ({ status, failureMessages, tests }) =>
      (status === 'passed' && Array.isArray(failureMessages) && failureMessages.length > 0) ||
      (Array.isArray(tests) && tests.some((test: TestNode) => test.status === 'flaky')),
  )

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

/** A file that failed to load has no assertions but fails all the same: it counts as one. */
export function vitestCounts(json: unknown): Counts {
  const report = vitestReport.parse(json)
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()),
})

export function playwrightCounts(json: unknown): Counts {
  const { stats, errors } = playwrightReport.parse(json)
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected + errors.length, skipped: stats.skipped }
}
