import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DiagnosticsInput, diagnosticsOf } from './diagnostics.ts'
import { createShellLog } from './log/shellLog.ts'
import { defaultSettings } from './settings.ts'

const input: DiagnosticsInput = {
  at: new Date('2026-11-23T12:00:00Z'),
  versions: { app: '0.1.0', electron: '45.4.1' },
  system: { platform: 'linux', arch: 'x64', release: '6.1', memoryBytes: 8e9 },
  settings: defaultSettings,
  policyProblems: 0,
  journals: { count: 2, bytes: 5_000_000 },
  freeDiskBytes: 1e9,
  keyBackend: 'gnome_libsecret',
  updates: 'current',
  page: null,
  log: '',
}

const line = (number: number): string => JSON.stringify({ at: '2026-11-23T12:00:00.000Z', event: `e${number}` })

describe('promise 9: the diagnostics bundle', () => {
  it('says what helps: versions, settings, counts and what the log noted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spira-diagnostics-'))
    const log = createShellLog({ folder })
    log.note('started', { version: '0.1.0', platform: 'linux' })
    log.note('page-gone', { reason: 'crashed', exitCode: 139 }, new TypeError('x'))
    const bundle: unknown = JSON.parse(
      diagnosticsOf({ ...input, log: await readFile(join(folder, 'shell.log'), 'utf8') }),
    )
    expect(bundle).toMatchObject({
      versions: { app: '0.1.0', electron: '45.4.1' },
      settings: { server: null, updateChannel: 'stable', proxy: 'system' },
      journals: { count: 2 },
      log: [
        { event: 'started', version: '0.1.0' },
        { event: 'page-gone', reason: 'crashed', exitCode: 139, error: { name: 'TypeError' } },
      ],
      linesLeftOut: 0,
    })
  })

  it('names nobody, wherever a name has got to', () => {
    const name = 'Canária-Núñez'
    const at = '2026-11-23T12:00:00.000Z'
    const lines = [
      `plain text about ${name}`,
      JSON.stringify({ at, event: name }),
      JSON.stringify({ at, event: 'x', participant: name, code: name, reason: name, version: `/home/${name}` }),
      JSON.stringify({ at, event: 'x', error: { name, code: name, message: name, at: [`/home/${name}/a.ts:1:2`] } }),
      JSON.stringify({ at, event: 'x', error: { name: 'Error', at: [], cause: { name, stack: name, at: [name] } } }),
      JSON.stringify({ at: name, event: 'x' }),
      JSON.stringify([name]),
    ]
    const bundle = diagnosticsOf({
      ...input,
      settings: {
        ...defaultSettings,
        serverUrl: `https://${encodeURIComponent(name)}:hunter2@spira.hospital.example/${encodeURIComponent(name)}?u=${name}`,
        site: name,
        caFile: `/home/${name}/ca.pem`,
        proxy: { mode: 'pac', url: `https://${encodeURIComponent(name)}@proxy.example/x.pac` },
        allowedNetworks: ['canaria-nunez.example'],
      },
      log: lines.join('\n'),
    })
    expect(bundle).not.toMatch(/can[aá]ria|n[uú][nñ]ez|hunter2|Can%C3/i)
    expect(JSON.parse(bundle)).toMatchObject({
      settings: { server: 'https://spira.hospital.example' },
      linesLeftOut: 3,
    })
  })

  it('holds the newest 200 lines', () => {
    const log = Array.from({ length: 1000 }, (_, number) => line(number)).join('\n')
    const bundle = JSON.parse(diagnosticsOf({ ...input, log })) as { log: { event: string }[] }
    expect(bundle.log).toHaveLength(200)
    expect(bundle.log.at(-1)).toMatchObject({ event: 'e999' })
  })
})
