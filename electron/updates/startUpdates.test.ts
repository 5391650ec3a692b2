import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installationId, startUpdates, type UpdateStart } from './startUpdates.ts'
import { nodeUpdater } from './testing/nodeUpdater.ts'

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'spira-updates-'))

async function start(more: Partial<UpdateStart>) {
  return startUpdates({
    appFolder: await folder(),
    dataFolder: await folder(),
    settings: { serverUrl: 'https://spira.hospital.example', updateChannel: 'stable' },
    busy: () => false,
    packageType: null,
    loadEngine: async () => (await nodeUpdater('1.0.0')).engine,
    onState: () => undefined,
    ...more,
  })
}

const loadEngine = () => Promise.reject(new Error('must not be loaded'))

describe('looking for app updates', () => {
  it.each([
    [{ settings: { serverUrl: 'https://spira.hospital.example', updateChannel: 'none' as const } }, 'policy'],
    [{ settings: { serverUrl: null, updateChannel: 'stable' as const } }, 'no-server'],
    [{ packageType: 'deb' }, 'package'],
    [{}, 'no-key'],
  ])('is off, and says why, with %j', async (more, reason) => {
    expect(await start({ ...more, loadEngine })).toEqual({ kind: 'off', reason })
  })

  it('is on where the build has a key and the policy a server', async () => {
    const appFolder = await folder()
    const { publicKey } = generateKeyPairSync('ed25519')
    await writeFile(join(appFolder, 'update-key.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
    const running = await start({ appFolder })
    expect(running).toHaveProperty('updates')
    if ('stop' in running) running.stop()
  })

  it('keeps one id per installation', async () => {
    const file = join(await folder(), 'installation-id')
    const id = await installationId(file)
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await installationId(file)).toBe(id)
  })
})
