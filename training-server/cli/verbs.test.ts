import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { hasPraat } from '../training/praatComparison.ts'
import { runSpira, verbNames } from './runSpira.ts'

/** Every verb, as scripts meet it: what it answers when it is asked for wrongly, and when it cannot do what it is asked. */

const folder = await mkdtemp(join(tmpdir(), 'spira-verbs-'))
const nowhere = join(folder, 'nothing-here')
const out = join(folder, 'out')
const names = await verbNames()
const praat = await hasPraat()
const ID = '018f0000-0000-7000-8000-000000000000'

/** Of each verb: a way to ask for it wrongly, beside an unknown option; and one that is well asked and cannot be done. */
const ASKED: Readonly<Record<string, { readonly wrongly: readonly string[]; readonly inVain: readonly string[] }>> = {
  agree: { wrongly: [], inVain: [nowhere] },
  backup: { wrongly: [], inVain: ['--out', out] },
  baseline: { wrongly: ['--csv', 'a.csv', '--on', 'hearsay'], inVain: ['--csv', nowhere] },
  'carry-release': { wrongly: [], inVain: [join(nowhere, 'a.tar')] },
  channels: { wrongly: ['--sites', 'North'], inVain: [] },
  'cohort-table': { wrongly: ['.', '--out', out, '--epochs', 'many'], inVain: [nowhere, '--out', out] },
  crossvalidate: { wrongly: ['--csv', 'a.csv'], inVain: ['--csv', nowhere, '--out', out, '--folds', '3'] },
  descriptors: { wrongly: [], inVain: [nowhere] },
  doctor: { wrongly: ['--data'], inVain: [] },
  'enrolment-code': { wrongly: ['one too many'], inVain: [] },
  evaluate: { wrongly: ['.'], inVain: [nowhere, '--csv', nowhere] },
  export: { wrongly: ['--dataset', 'march'], inVain: ['--dataset', 'march', '--layout', 'bids'] },
  features: { wrongly: [], inVain: [nowhere] },
  freeze: { wrongly: [], inVain: ['march'] },
  'import-model': { wrongly: ['a.onnx'], inVain: [nowhere, '--manifest', nowhere, '--dataset', 'march'] },
  'import-usb': { wrongly: [], inVain: [nowhere] },
  jobs: { wrongly: ['--retry', 'the last one'], inVain: ['--dead'] },
  keys: { wrongly: ['offline'], inVain: ['status'] },
  lineage: { wrongly: ['the last one'], inVain: [ID] },
  praat: { wrongly: [], inVain: [nowhere] },
  predict: { wrongly: ['.'], inVain: [nowhere, nowhere] },
  release: {
    wrongly: ['3', '--as', 'ana', '--reason', 'better', '--stages', 'slowly'],
    inVain: ['3', '--judge'],
  },
  report: { wrongly: [], inVain: [nowhere] },
  'reset-password': { wrongly: ['ana'], inVain: [] },
  restore: { wrongly: [], inVain: ['--from', nowhere] },
  server: { wrongly: ['--port', 'high'], inVain: ['--host', '203.0.113.7', '--data', join(folder, 'server')] },
  train: {
    wrongly: ['--csv', 'a.csv', '--out', out, '--epochs', '0'],
    inVain: ['--csv', nowhere, '--out', out],
  },
  triggers: { wrongly: ['--epochs', 'many', '--dry-run'], inVain: ['--dry-run'] },
  worker: { wrongly: ['one too many'], inVain: [] },
}

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

async function spira(...args: string[]) {
  const lines = { said: [] as string[], complained: [] as string[] }
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.said.push(String(line)))
  vi.spyOn(console, 'error').mockImplementation((line: unknown) => void lines.complained.push(String(line)))
  // Nobody listens there.
  vi.stubEnv('DATABASE_URL', 'postgres://nobody@127.0.0.1:1/nothing')
  vi.stubEnv('SPIRA_DATA', join(folder, 'data'))
  vi.stubEnv('SPIRA_LOG_LEVEL', 'silent')
  const code = await runSpira(args)
  return { code, said: lines.said.join('\n'), complained: lines.complained.join('\n') }
}

test('this list is of every verb', () => {
  expect(Object.keys(ASKED).sort()).toEqual(names)
})

describe.each(names)('spira %s', (name) => {
  const { wrongly, inVain } = ASKED[name] ?? { wrongly: [], inVain: [] }

  test('asked for wrongly it says how to ask, and ends with 2', async () => {
    const help = await spira(name, '--help')
    expect(help).toMatchObject({ code: 0, complained: '' })
    expect(help.said).toMatch(/^spira .*\n\nspira [^]*Exit codes: 0 done; 1 .*; 2 /)
    for (const args of [wrongly, ['--no-such-option']]) {
      const { code, said, complained } = await spira(name, ...args)
      expect({ args, code, said }).toEqual({ args, code: 2, said: '' })
      expect(complained).toContain(`\n\nspira ${name}`)
    }
  })

  // Without Praat there is nothing to compare with, which is no failure.
  test.skipIf(name === 'praat' && !praat)(
    'what it cannot do it says, and ends with 1',
    async () => {
      const { code, complained } = await spira(name, ...inVain)
      expect({ code, complained }).toEqual({
        code: 1,
        complained: expect.stringMatching(new RegExp(`^spira ${name}: .`)),
      })
      expect(complained).not.toContain(`\n\nspira ${name}`)
    },
    30_000,
  )
})

test('an unknown verb ends with 2, the list of verbs with 0 and what the codes mean', async () => {
  expect(await spira('trian')).toMatchObject({ code: 2, complained: expect.stringContaining('no verb "trian"') })
  const help = await spira('--help')
  expect(help.code).toBe(0)
  for (const name of names) expect(help.said).toContain(`\n  ${name} `)
  expect(help.said).toContain('Exit codes: 0 done; 1 it failed, or found what must not be; 2 it was asked for wrongly.')
})
