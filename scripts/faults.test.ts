import { expect, test } from 'vitest'
import { runFaults } from '../e2e/faults/run.ts'

test('promise 2: server, PostgreSQL, worker, line, portal, app and disk fail while a clinic works: nothing lost, nothing twice, nothing mixed', async () => {
  const report = await runFaults({ devices: 2, encounters: 6, faults: 7, seed: 7, say: () => undefined })
  expect(report).toMatchObject({ lost: 0, duplicated: 0, underAnother: 0, waiting: 0, otherFindings: [] })
  expect(report.corrupted.said).toEqual([
    expect.stringContaining('is damaged: its bytes are not those that were filed'),
  ])
}, 300_000)
