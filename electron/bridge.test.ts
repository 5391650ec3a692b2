import fc from 'fast-check'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BridgeSender, channelSchemas, isOurPage } from './bridge.ts'
import { BRIDGE_CALLS, type BridgeCall } from './channels.ts'
import { sampleChunk, sampleHeader, sampleId } from './journal/testing/sampleJournal.ts'
import { startShell } from './shell.ts'
import { createElectronDouble, type Invocation } from './testing/electronDouble.ts'

const SEED = 20261123
const RUNS = 1200

let electron: Awaited<ReturnType<typeof createElectronDouble>>
const unhandled: unknown[] = []
const collect = (error: unknown): void => void unhandled.push(error)
beforeAll(async () => {
  process.on('unhandledRejection', collect)
  electron = await createElectronDouble()
  await startShell(electron.facade, electron.installation)
})
afterAll(async () => {
  process.off('unhandledRejection', collect)
  electron.emit('app', 'will-quit')
  await rm(electron.data, { recursive: true, force: true })
})

/** A request each channel takes, as a start for requests that are nearly right. */
const valid: Readonly<Record<BridgeCall, unknown>> = {
  about: undefined,
  beginJournal: sampleHeader(),
  appendJournal: sampleChunk(sampleId(), 0, 100),
  listJournals: undefined,
  readJournal: { recordingId: sampleId(), from: 0 },
  removeJournal: { recordingId: sampleId() },
  keepWithdrawal: { id: sampleId(), sealed: sampleChunk(sampleId(), 0, 100).sealed },
  listWithdrawals: undefined,
  removeWithdrawal: { id: sampleId() },
  loadKey: undefined,
  keepKey: { key: new Uint8Array(32) },
  setRecording: { recording: false },
  readyToQuit: undefined,
  setEncounterOpen: { open: false },
  updateState: undefined,
  installUpdate: undefined,
  beginExport: { name: 'spira.zip' },
  appendExport: { file: crypto.randomUUID(), bytes: new Uint8Array(10) },
  finishExport: { file: crypto.randomUUID() },
  beginImport: { extensions: ['zip'] },
  readImport: { file: crypto.randomUUID(), from: 0 },
  closeFile: { file: crypto.randomUUID() },
  saveDiagnostics: {
    page: {
      modelVersion: 3,
      outbox: { waiting: 1, sending: 0, synced: 2, attention: 0 },
      storage: { usedBytes: 1, quotaBytes: 2, persisted: true },
      isolated: true,
      threads: 4,
    },
  },
  openMicrophoneSettings: undefined,
  note: { code: 'app-started' },
}

const nasty = fc.constantFrom<unknown>(
  '../../etc/passwd',
  '..\\..\\x',
  'con.txt',
  '/etc/passwd',
  '__proto__',
  '\0',
  '',
  -1,
  1.5,
  NaN,
  Infinity,
  2 ** 53,
  null,
  undefined,
  [],
  {},
  { __proto__: { recordingId: 'x' } },
  new Uint8Array(0),
  new Uint8Array(33),
  new ArrayBuffer(15),
  new ArrayBuffer(40_000),
  new Date(0),
  new Map(),
  10n,
)
const anything = fc.oneof(
  nasty,
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, maxDepth: 3 }),
)

/** The valid request with one place in it replaced, removed or added to. */
function nearly(request: unknown): fc.Arbitrary<unknown> {
  if (typeof request !== 'object' || request === null) return anything
  const entries = Object.entries(request)
  return fc.oneof(
    anything,
    fc
      .tuple(fc.constantFrom(...entries.map(([name]) => name)), anything)
      .map(([name, value]) => ({ ...request, [name]: value })),
    fc
      .constantFrom(...entries.map(([name]) => name))
      .map((name) => Object.fromEntries(entries.filter(([each]) => each !== name))),
    fc.tuple(fc.string(), anything).map(([name, value]) => ({ ...request, [name]: value })),
    ...entries
      .filter(
        ([, value]) => typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype,
      )
      .map(([name, value]) => nearly(value).map((inner) => ({ ...request, [name]: inner }))),
    fc.constant(request),
  )
}

const isCloneable = (value: unknown): boolean => {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

describe('every channel of the bridge', () => {
  it('has one schema for its request and one for its reply, and no other channel exists', () => {
    expect(Object.keys(channelSchemas).toSorted()).toEqual(BRIDGE_CALLS.toSorted())
    expect(electron.channels().toSorted()).toEqual(BRIDGE_CALLS.map((call) => `spira:${call}`).toSorted())
  })

  it.each(BRIDGE_CALLS)(
    `${RUNS} inputs to %s: nothing the schema refuses is accepted, and no error goes unhandled`,
    { timeout: 300_000 },
    async (call) => {
      const { request } = channelSchemas[call]
      let accepted = 0
      let refused = 0
      await fc.assert(
        fc.asyncProperty(nearly(valid[call]).filter(isCloneable), async (input) => {
          const before = electron.calls.length
          const reply = await electron.invoke(call, input)
          expect(reply).toMatchObject({ ok: expect.any(Boolean) })
          // What arrives is a clone: prototypes do not travel.
          if (request.safeParse(structuredClone(input)).success) {
            accepted += 1
            expect(reply).not.toMatchObject({ code: 'request-invalid' })
            expect(reply).not.toMatchObject({ code: 'internal' })
          } else {
            refused += 1
            expect(reply).toMatchObject({ ok: false, code: 'request-invalid' })
            expect(electron.calls).toHaveLength(before)
          }
        }),
        { seed: SEED, numRuns: RUNS },
      )
      expect(accepted + refused).toBeGreaterThanOrEqual(1000)
      expect(accepted).toBeGreaterThan(0)
      expect(refused).toBeGreaterThan(0)
      expect(unhandled).toEqual([])
    },
  )

  const strangers: readonly [string, Invocation][] = [
    ['another window', { webContentsId: 8 }],
    ['a frame inside our page', { frame: 'inner' }],
    ['a frame that is gone', { frame: 'gone' }],
    ['a web page', { url: 'https://elsewhere.example/' }],
    ['a host that begins like ours', { url: 'app://spira.elsewhere.example/bedside/' }],
    ['a file', { url: 'file:///tmp/x.html' }],
    ['about:blank', { url: 'about:blank' }],
    ['the training server’s page', { url: 'http://127.0.0.1:4600/bedside/' }],
  ]
  it.each(strangers)('answers %s on no channel', async (_, from) => {
    for (const call of BRIDGE_CALLS) {
      const before = electron.calls.length
      expect(await electron.invoke(call, valid[call], from)).toMatchObject({ ok: false, code: 'not-allowed' })
      expect(electron.calls).toHaveLength(before)
    }
  })

  it('the sender is ours only as the top frame of our window on our origin, whatever the address looks like', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.domain().map((domain) => `app://spira${domain}/`),
        ),
        (url) => {
          const sender: BridgeSender = { webContentsId: 7, frame: { url, isTop: true } }
          expect(isOurPage(sender, 7)).toBe(url === 'app://spira' || url.startsWith('app://spira/'))
        },
      ),
      { seed: SEED, numRuns: 2000 },
    )
  })
})
