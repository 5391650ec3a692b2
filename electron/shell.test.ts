import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { sampleChunk, sampleHeader } from './journal/testing/sampleJournal.ts'
import { launchOf, startUrl } from './launch.ts'
import { isAllowed } from './permissions.ts'
import { QUIT_PATIENCE_MS } from './quit/recordingGuard.ts'
import { shellSettingsSchema } from './settings.ts'
import { startShell } from './shell.ts'
import { createElectronDouble } from './testing/electronDouble.ts'

const doubles: Awaited<ReturnType<typeof createElectronDouble>>[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const { emit, data } of doubles.splice(0)) {
    emit('app', 'will-quit')
    await rm(data, { recursive: true, force: true })
  }
})

async function started(
  change: Parameters<typeof createElectronDouble>[0] & { settings?: object; platform?: NodeJS.Platform } = {},
) {
  const { settings = {}, platform = 'linux', ...options } = change
  const double = await createElectronDouble(options)
  doubles.push(double)
  await startShell(double.facade, {
    ...double.installation,
    settings: shellSettingsSchema.parse(settings),
    platform,
  })
  return double
}

const labels = (menu: unknown): unknown =>
  (menu as { role?: string; label?: string; submenu?: { label: string }[] }[]).map(
    ({ role, label, submenu }) => role ?? [label, submenu?.map((item) => item.label)],
  )

const log = (data: string): Promise<string> => readFile(join(data, 'logs/shell.log'), 'utf8')

describe('the shell', () => {
  it('does what must come before "ready" before it, and shows the app', async () => {
    const { calls, loaded, options } = await started()
    for (const early of ['enableSandbox', 'schemes']) expect(calls.indexOf(early)).toBeLessThan(calls.indexOf('ready'))
    for (const late of ['handle', 'permissionRequest', 'window'])
      expect(calls.indexOf(late)).toBeGreaterThan(calls.indexOf('ready'))
    expect(loaded).toEqual(['app://spira/bedside/'])
    expect(options()).toMatchObject({ kiosk: false, show: false })
  })

  it('leaves a running instance alone, which comes forward', async () => {
    const second = await started({ lock: false })
    expect(second.calls).toEqual(['quit'])
    expect(second.loaded).toEqual([])
    const first = await started()
    first.emit('app', 'second-instance')
    expect(first.calls.slice(-2)).toEqual(['restore', 'focus'])
  })

  it('hands enrolment and server to the page in the fragment, and nothing malformed', () => {
    expect(
      startUrl(launchOf(['electron', '--spira-server=http://127.0.0.1:4600', '--spira-enrol=AB12-CD34']), null),
    ).toBe('app://spira/bedside/#enrol=AB12-CD34&server=http%3A%2F%2F127.0.0.1%3A4600')
    expect(startUrl(launchOf(['electron', '--spira-enrol=<script>']), null)).toBe('app://spira/bedside/')
    expect(launchOf(['--spira-server=file:///etc/passwd']).server).toBeNull()
  })

  it('starts as the policy says: server, kiosk, proxy', async () => {
    const { loaded, options, given, invoke } = await started({
      settings: {
        serverUrl: 'https://spira.hospital.example',
        site: 'Ward 3',
        kiosk: true,
        proxy: { mode: 'fixed', server: 'proxy.hospital.example:3128', bypass: ['<local>', '*.hospital.example'] },
      },
    })
    expect(loaded).toEqual(['app://spira/bedside/#server=https%3A%2F%2Fspira.hospital.example&site=Ward+3'])
    expect(options().kiosk).toBe(true)
    expect(given('proxy')).toEqual({
      mode: 'fixed_servers',
      proxyRules: 'proxy.hospital.example:3128',
      proxyBypassRules: '<local>,*.hospital.example',
    })
    expect(await invoke('about')).toEqual({
      ok: true,
      value: {
        version: '0.1.0',
        platform: 'linux',
        kiosk: true,
        serverUrl: 'https://spira.hospital.example',
        site: 'Ward 3',
      },
    })
  })

  it('has no menu that could reload the page; on macOS one for copy and quit; a kiosk has none', async () => {
    const help = ['Help', ['Save diagnostics…']]
    expect(labels((await started()).given('menu'))).toEqual([help])
    expect(labels((await started({ platform: 'darwin' })).given('menu'))).toEqual([
      'appMenu',
      'editMenu',
      'windowMenu',
      help,
    ])
    expect(labels((await started({ locale: 'pt-BR' })).given('menu'))).toEqual([['Ajuda', ['Salvar diagnóstico…']]])
    expect((await started({ settings: { kiosk: true } })).given('menu')).toBeNull()
    expect(labels((await started({ settings: { kiosk: true }, platform: 'darwin' })).given('menu'))).toEqual([
      'appMenu',
      'editMenu',
      'windowMenu',
    ])
  })

  it('starts without a CA file it cannot read, and says so', async () => {
    const { warnings, loaded, calls } = await started({
      settings: { serverUrl: 'https://spira.hospital.example', caFile: '/nowhere/ca.pem' },
    })
    expect(warnings).toEqual([expect.stringContaining('CA file')])
    expect(loaded).toHaveLength(1)
    expect(calls).not.toContain('certificateVerify')
    expect(calls).toContain('beforeRequest')
  })

  it.each([
    ['media', 'app://spira/bedside/', ['audio'], true],
    ['persistent-storage', 'app://spira/bedside/', [], true],
    ['media', 'app://spira/bedside/', ['audio', 'video'], false],
    ['media', 'app://spira/bedside/', [], false],
    ['media', 'https://elsewhere.example/', ['audio'], false],
    ['media', 'app://spira.elsewhere.example/', ['audio'], false],
    ['geolocation', 'app://spira/bedside/', [], false],
    ['clipboard-read', 'app://spira/bedside/', [], false],
  ])('permission %s for %s with %j: %s', (permission, requestingUrl, mediaTypes, allowed) => {
    expect(isAllowed({ permission, requestingUrl, mediaTypes })).toBe(allowed)
  })
})

describe('through the bridge', () => {
  it('promise 1: keeps a recording across a restart, until it is removed', async () => {
    const { invoke, data, facade, installation, emit } = await started()
    const header = sampleHeader()
    expect(await invoke('beginJournal', header)).toEqual({ ok: true, value: null })
    expect(await invoke('appendJournal', sampleChunk(header.recordingId, 0))).toEqual({ ok: true, value: null })
    emit('app', 'will-quit')
    await startShell(facade, installation)
    expect(await invoke('listJournals')).toEqual({ ok: true, value: [header.recordingId] })
    const { recordingId, ...chunk } = sampleChunk(header.recordingId, 0)
    expect(await invoke('readJournal', { recordingId, from: 0 })).toEqual({
      ok: true,
      value: { header, chunks: [chunk], next: null },
    })
    expect(await invoke('removeJournal', { recordingId })).toEqual({ ok: true, value: null })
    expect(await invoke('listJournals')).toEqual({ ok: true, value: [] })
    expect((await stat(join(data, 'userData/journals'))).isDirectory()).toBe(true)
  })

  it('promise 9: keeps the key, and tells the person at the machine when it cannot', async () => {
    const { invoke, safeStorage, warnings, data } = await started()
    expect(await invoke('loadKey')).toEqual({ ok: true, value: null })
    const key = crypto.getRandomValues(new Uint8Array(32))
    expect(await invoke('keepKey', { key })).toEqual({ ok: true, value: null })
    expect(await invoke('loadKey')).toEqual({ ok: true, value: key })
    expect(warnings).toEqual([])
    safeStorage.reset()
    expect(await invoke('loadKey')).toMatchObject({ ok: false, code: 'key-damaged' })
    expect(warnings).toEqual([expect.stringContaining('no new key was made')])
    expect(await log(data)).toContain('"code":"key-damaged"')
  })

  it('a key that is gone while recordings are here is a loss, not a beginning', async () => {
    const { invoke, data } = await started()
    await invoke('keepKey', { key: new Uint8Array(32) })
    await invoke('beginJournal', sampleHeader())
    await rm(join(data, 'userData/device-key.json'))
    expect(await invoke('loadKey')).toMatchObject({ ok: false, code: 'key-missing' })
    expect(await invoke('keepKey', { key: new Uint8Array(32) })).toMatchObject({ ok: false, code: 'key-missing' })
  })

  it('promise 9: saves the diagnostics where the person says, from the page and from the menu, and names nobody', async () => {
    const { invoke, choose, data, given } = await started({
      settings: { serverUrl: 'https://spira.hospital.example', site: 'Ward of Maria', kiosk: false },
    })
    const page = {
      modelVersion: 3,
      outbox: { waiting: 3, sending: 0, synced: 8, attention: 0 },
      storage: { usedBytes: 1000, quotaBytes: 2000, persisted: true },
      isolated: true,
      threads: 4,
    }
    await invoke('keepKey', { key: new Uint8Array(32) })
    await invoke('beginJournal', sampleHeader())
    expect(await invoke('saveDiagnostics', { page })).toEqual({ ok: true, value: { saved: false } })
    const path = join(data, 'diagnostics.json')
    choose({ saveTo: path })
    expect(await invoke('saveDiagnostics', { page })).toEqual({ ok: true, value: { saved: true } })
    const text = await readFile(path, 'utf8')
    expect(JSON.parse(text)).toMatchObject({
      versions: { app: '0.1.0' },
      settings: { server: 'https://spira.hospital.example', site: 'set' },
      journals: { count: 1, bytes: expect.any(Number) },
      keyBackend: 'gnome_libsecret',
      updates: 'off: policy',
      page,
      log: [{ event: 'started' }, { event: 'update', kind: 'off', reason: 'policy' }],
    })
    expect(text).not.toMatch(/Maria|AAAA/)
    expect(given('save')).toMatchObject({ defaultPath: expect.stringMatching(/^spira-edge-diagnostics-[\d-]+\.json$/) })

    await rm(path)
    const [{ submenu }] = given('menu') as [{ submenu: [{ click: () => void }] }]
    submenu[0].click()
    await vi.waitFor(async () => expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ page: null }))
  })

  it('speaks the language of the system, in refusals and in dialogs', async () => {
    const { invoke, safeStorage, warnings } = await started({ locale: 'es-AR' })
    safeStorage.backend = 'basic_text'
    expect(await invoke('loadKey')).toMatchObject({
      code: 'key-store-insecure',
      sentence: expect.stringContaining('sin protección'),
    })
    expect(warnings).toEqual([expect.stringContaining('sin protección')])
  })
})

describe('quitting', () => {
  it('promise 1: in the middle of a recording asks the app, waits for it, and then quits', async () => {
    const { invoke, emit, sent, calls, given } = await started()
    await invoke('setRecording', { recording: true })
    expect(given('power.start')).toBe('prevent-display-sleep')
    expect(emit('window', 'close')).toBe(true)
    expect(emit('app', 'before-quit')).toBe(true)
    expect(sent.filter((channel) => channel === 'spira:quitAsked')).toHaveLength(1)
    expect(calls).not.toContain('quit')
    await invoke('setRecording', { recording: false })
    expect(calls).toContain('power.stop')
    await invoke('readyToQuit')
    expect(calls.filter((call) => call === 'quit')).toHaveLength(1)
    expect(emit('app', 'before-quit')).toBe(false)
    expect(emit('window', 'close')).toBe(false)
  })

  it('waits for a page that does not answer for so long and no longer', async () => {
    const { invoke, emit, calls } = await started()
    await invoke('setRecording', { recording: true })
    vi.useFakeTimers()
    expect(emit('app', 'before-quit')).toBe(true)
    vi.advanceTimersByTime(QUIT_PATIENCE_MS - 1)
    expect(calls).not.toContain('quit')
    vi.advanceTimersByTime(1)
    expect(calls.filter((call) => call === 'quit')).toHaveLength(1)
    expect(emit('app', 'before-quit')).toBe(false)
  })

  it('promise 1: the machine’s own shutdown waits for the take too', async () => {
    for (const [of, event] of [
      ['power', 'shutdown'],
      ['window', 'query-session-end'],
    ] as const) {
      const { invoke, emit, sent } = await started()
      expect(emit(of, event)).toBe(false)
      await invoke('setRecording', { recording: true })
      expect(emit(of, event)).toBe(true)
      expect(sent).toContain('spira:quitAsked')
    }
  })

  it('with nothing being recorded is not held up, and a page cannot quit the app', async () => {
    const { invoke, emit, calls, sent } = await started()
    await invoke('readyToQuit')
    expect(calls).not.toContain('quit')
    expect(emit('window', 'close')).toBe(false)
    expect(emit('app', 'before-quit')).toBe(false)
    expect(sent).not.toContain('spira:quitAsked')
  })
})

describe('crashes', () => {
  it('a page that crashed is noted without its address and shown again, three times and not for ever', async () => {
    const { invoke, emit, loaded, data, calls } = await started()
    await invoke('setRecording', { recording: true })
    for (let crash = 0; crash < 5; crash += 1)
      emit('app', 'render-process-gone', { id: 7 }, { reason: 'crashed', exitCode: 11 })
    expect(loaded).toHaveLength(1 + 3)
    expect(calls).toContain('power.stop')
    expect(emit('app', 'before-quit')).toBe(false)
    emit('app', 'child-process-gone', { type: 'GPU', reason: 'oom', exitCode: 1 })
    const lines = (await log(data)).trim().split('\n')
    expect(lines.filter((line) => line.includes('"page-gone","reason":"crashed","exitCode":11'))).toHaveLength(5)
    expect(lines.at(-1)).toContain('"event":"process-gone","type":"GPU","reason":"oom"')
    expect(lines.join()).not.toContain('app://')
  })
})
