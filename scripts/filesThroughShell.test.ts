import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BRIDGE_CALLS } from '../electron/channels.ts'
import { startShell } from '../electron/shell.ts'
import { createElectronDouble } from '../electron/testing/electronDouble.ts'
import type { ShellBridge } from '../renderer/shell/bridge.ts'
import { openChosenFile, saveChosenFile } from '../renderer/shell/chosenFiles.ts'

/** The app's files and the shell together: all of both is real but the two processes between them, and the dialogs. */

let electron: Awaited<ReturnType<typeof createElectronDouble>>
let bridge: ShellBridge
let stick: string
beforeEach(async () => {
  electron = await createElectronDouble()
  await startShell(electron.facade, electron.installation)
  const calls = BRIDGE_CALLS.map((call) => [call, (request: unknown) => electron.invoke(call, request)])
  bridge = Object.fromEntries(calls) as ShellBridge
  stick = await mkdtemp(join(tmpdir(), 'spira-stick-'))
})
afterEach(async () => {
  electron.emit('app', 'will-quit')
  for (const folder of [electron.data, stick]) await rm(folder, { recursive: true, force: true })
})

const parts = [3_000_000, 0, 17].map((length) => new Uint8Array(randomBytes(length)))
async function* given() {
  yield* parts
}

async function* broken() {
  yield new Uint8Array(10)
  throw new Error('the recording could not be read')
}

test('a file goes out whole and comes in whole, whatever the size of its parts', async () => {
  const path = join(stick, 'spira.zip')
  electron.choose({ saveTo: path })
  expect(await saveChosenFile('spira.zip', given(), bridge)).toBe(true)
  const whole = Buffer.concat(parts)
  expect((await readFile(path)).equals(whole)).toBe(true)

  electron.choose({ openFrom: path })
  const file = await openChosenFile(['zip'], bridge)
  expect(file).toMatchObject({ name: 'spira.zip', bytes: whole.length })
  const read: Uint8Array[] = []
  for await (const part of file?.parts ?? []) read.push(part)
  expect(Buffer.concat(read).equals(whole)).toBe(true)
})

test('a file that could not be made is not there, and the reason comes through', async () => {
  electron.choose({ saveTo: join(stick, 'spira.zip') })
  await expect(saveChosenFile('spira.zip', broken(), bridge)).rejects.toThrow('the recording could not be read')
  expect(await readdir(stick)).toEqual([])
  electron.choose({ saveTo: join(stick, 'gone/spira.zip') })
  await expect(saveChosenFile('spira.zip', given(), bridge)).rejects.toMatchObject({ code: 'file-failed' })
})

test('thinking better of it is no failure', async () => {
  electron.choose({})
  expect(await saveChosenFile('spira.zip', given(), bridge)).toBe(false)
  expect(await openChosenFile(['zip'], bridge)).toBeNull()
})

test('a file that is given up half read is let go', async () => {
  const path = join(stick, 'spira.zip')
  await writeFile(path, Buffer.alloc(9_000_000))
  electron.choose({ openFrom: path })
  const file = await openChosenFile(['zip'], bridge)
  for await (const part of file?.parts ?? []) {
    expect(part.byteLength).toBeGreaterThan(0)
    break
  }
  await expect(async () => {
    for await (const part of file?.parts ?? []) expect(part.byteLength).toBeGreaterThan(0)
  }).rejects.toMatchObject({ code: 'file-unknown' })
})
