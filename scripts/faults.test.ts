import { expect, test } from 'vitest'
import { runFaults } from '../e2e/faults/run.ts'

test('promise 2: server, PostgreSQL, worker, line, portal, app and disk fail while a clinic works: nothing lost, nothing twice, nothing mixed, and somebody is told', async () => {
  const report = await runFaults({
    devices: 2,
    browsers: 0,
    encounters: 7,
    encountersPerBrowser: 0,
    faults: 7,
    seed: 7,
    say: () => undefined,
  })
  expect(report).toMatchObject({ lost: 0, duplicated: 0, underAnother: 0, waiting: 0, otherFindings: [] })
  expect(report.corrupted.said).toEqual([
    expect.stringContaining('is damaged: its bytes are not those that were filed'),
  ])
  for (const [name, { injected, told }] of Object.entries(report.faults)) expect([name, told]).toEqual([name, injected])
}, 300_000)
