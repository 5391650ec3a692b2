import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ShellErrorCode } from '@spira/renderer/shell/bridge.ts'
import { ShellError } from '../shellError.ts'
import { createDeviceKey, type DeviceKey } from './deviceKey.ts'
import { createKeyStoreDouble } from './testing/keyStoreDouble.ts'

let folder: string
let store: ReturnType<typeof createKeyStoreDouble>
let needed: boolean
const key = new Uint8Array(randomBytes(32))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-keys-'))
  store = createKeyStoreDouble()
  needed = false
})
afterEach(() => rm(folder, { recursive: true }))

/** As after a start of the app. */
const opened = (platform: NodeJS.Platform = 'linux'): DeviceKey =>
  createDeviceKey({ safeStorage: store, folder, platform, isNeeded: async () => needed })
const path = (): string => join(folder, 'device-key.json')

/** Refused with a sentence that says that nothing was changed, and nothing was. */
async function expectRefusal(work: () => Promise<unknown>, code: ShellErrorCode): Promise<void> {
  const before = await readFile(path(), 'utf8').catch(() => null)
  const error = await work().then(
    () => null,
    (failure: unknown) => failure,
  )
  expect(error).toBeInstanceOf(ShellError)
  expect(error).toMatchObject({ code })
  expect((error as ShellError).message).toMatch(/Nothing was|was not replaced/)
  expect((error as ShellError).message).not.toContain(Buffer.from(key).toString('base64'))
  expect(await readFile(path(), 'utf8').catch(() => null)).toBe(before)
}

describe('promise 9: the device key', () => {
  it('is null before the first, and the same after a restart', async () => {
    expect(await opened().load()).toBeNull()
    await opened().keep(key)
    expect(await opened().load()).toEqual(key)
  })

  it('lies wrapped in its file, for its owner alone, with the backend recorded', async () => {
    await opened().keep(key)
    const text = await readFile(path(), 'utf8')
    expect(text).not.toContain(Buffer.from(key).toString('base64'))
    expect(JSON.parse(text)).toMatchObject({ version: 1, backend: 'gnome_libsecret' })
    expect((await stat(path())).mode & 0o077).toBe(0)
    expect(await readdir(folder)).toEqual(['device-key.json'])
  })

  it.each([
    ['darwin', 'keychain'],
    ['win32', 'dpapi'],
    ['linux', 'gnome_libsecret'],
  ] as const)('records the backend on %s', async (platform, backend) => {
    await opened(platform).keep(key)
    expect(JSON.parse(await readFile(path(), 'utf8'))).toMatchObject({ backend })
    expect(await opened(platform).load()).toEqual(key)
  })

  it('is never replaced', async () => {
    await opened().keep(key)
    await expectRefusal(() => opened().keep(new Uint8Array(32)), 'key-exists')
    expect(await opened().load()).toEqual(key)
  })

  it('is refused a store without protection (basic_text), to keep and to open', async () => {
    store.backend = 'basic_text'
    await expectRefusal(() => opened().load(), 'key-store-insecure')
    await expectRefusal(() => opened().keep(key), 'key-store-insecure')
    store.backend = 'gnome_libsecret'
    await opened().keep(key)
    store.backend = 'basic_text'
    await expectRefusal(() => opened().load(), 'key-store-insecure')
  })

  it('without a key store says so, and opens again once there is one', async () => {
    await opened().keep(key)
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      store.available = false
      await expectRefusal(() => opened(platform).load(), 'key-store-unavailable')
    }
    await rm(path())
    await expectRefusal(() => opened().load(), 'key-store-unavailable')
    await expectRefusal(() => opened().keep(key), 'key-store-unavailable')
    store.available = true
    store.backend = 'unknown'
    await expectRefusal(() => opened().keep(key), 'key-store-unavailable')
  })

  it('fails loudly when the store is another one, and works again with the former', async () => {
    await opened().keep(key)
    store.backend = 'kwallet6'
    await expectRefusal(() => opened().load(), 'key-store-changed')
    await expectRefusal(() => opened('win32').load(), 'key-store-changed')
    await expectRefusal(() => opened().keep(key), 'key-exists')
    store.backend = 'gnome_libsecret'
    expect(await opened().load()).toEqual(key)
  })

  it('a store that was reset does not open it', async () => {
    await opened().keep(key)
    store.reset()
    await expectRefusal(() => opened().load(), 'key-damaged')
  })

  it('a changed byte anywhere in the wrapped key is noticed, although the store does not notice all of them', async () => {
    await opened().keep(key)
    const file = JSON.parse(await readFile(path(), 'utf8')) as { wrapped: string }
    const wrapped = Buffer.from(file.wrapped, 'base64')
    let openedByStore = 0
    for (let at = 0; at < wrapped.length; at += 1) {
      const changed = Buffer.from(wrapped)
      changed.writeUInt8(changed.readUInt8(at) ^ 0x01, at)
      await store.decryptStringAsync(changed).then(
        () => (openedByStore += 1),
        () => undefined,
      )
      await writeFile(path(), JSON.stringify({ ...file, wrapped: changed.toString('base64') }))
      await expectRefusal(() => opened().load(), 'key-damaged')
    }
    expect(openedByStore).toBeGreaterThan(0)
  })

  it.each([
    ['an empty file', ''],
    ['half a file', '{"version":1,"backend":"gnome'],
    ['another version', '{"version":2,"backend":"dpapi","wrapped":"","sha256":""}'],
    ['zeros', '\0'.repeat(200)],
  ])('%s in its place is a damaged key, not a missing one', async (_, text) => {
    await writeFile(path(), text)
    await expectRefusal(() => opened().load(), 'key-damaged')
    await expectRefusal(() => opened().keep(key), 'key-damaged')
    expect(await readFile(path(), 'utf8')).toBe(text)
  })

  it('gone while recordings sealed with it are here, it is missing, and no other is kept', async () => {
    await opened().keep(key)
    await rm(path())
    needed = true
    await expectRefusal(() => opened().load(), 'key-missing')
    await expectRefusal(() => opened().keep(key), 'key-missing')
  })
})
