import { createHash, generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { AppUpdates, type AppUpdatesInput } from './appUpdates.ts'
import { isInRollout } from './rollout.ts'
import { type Feed, type NodeUpdater, nodeUpdater, serveFeed } from './testing/nodeUpdater.ts'
import { signFeed } from './signFeed.ts'

const pem = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}
const ours = pem()
const theirs = pem()
const feeds: Feed[] = []
afterAll(() => feeds.forEach(({ close }) => close()))

interface Offer {
  readonly version: string
  readonly channel?: string
  readonly key?: string | null
  readonly stagingPercentage?: unknown
}

/** Puts a version on the feed, as electron-builder writes it and `npm run shell:sign-update` signs it. */
async function offer({ folder }: Feed, { version, channel = 'latest', key = ours.privateKey, ...more }: Offer) {
  const name = `spira-edge-${version}.AppImage`
  const content = `#!/bin/sh\necho ${version}\n`
  await writeFile(join(folder, name), content)
  const sha512 = createHash('sha512').update(content).digest('base64')
  const update = { version, files: [{ url: name, sha512, size: content.length }], path: name, sha512 }
  const text = stringify({ ...update, releaseDate: '2026-11-23T08:00:00.000Z' })
  const signed = key === null ? text : signFeed(text, key, 100).text
  await writeFile(join(folder, `${channel}-linux.yml`), stringify({ ...(parse(signed) as object), ...more }))
  return { name, content }
}

describe('app updates, with the real electron-updater', () => {
  let feed: Feed
  let app: NodeUpdater
  let encounter = false
  const updatesOf = (more: Partial<AppUpdatesInput> = {}): AppUpdates =>
    new AppUpdates({
      engine: app.engine,
      serverUrl: feed.url,
      channel: 'stable',
      publicKey: ours.publicKey,
      deviceId: 'device-1',
      busy: () => encounter,
      ...more,
    })

  beforeEach(async () => {
    encounter = false
    feed = await serveFeed()
    feeds.push(feed)
    app = await nodeUpdater('1.4.0')
  })

  it('fetches a newer version and installs it as the app is closed', async () => {
    const { content } = await offer(feed, { version: '1.5.0' })
    const updates = updatesOf()
    expect(await updates.check()).toEqual({ kind: 'ready', version: '1.5.0' })
    expect(feed.asked).toEqual(['/api/app-updates/latest-linux.yml', '/api/app-updates/spira-edge-1.5.0.AppImage'])
    updates.beforeQuit()
    app.quit(0)
    expect(await readFile(app.installed, 'utf8')).toBe(content)
  })

  it.each(['1.4.0', '1.3.9', '0.9.0'])('does not take version %s over 1.4.0', async (version) => {
    await offer(feed, { version })
    expect(await updatesOf().check()).toEqual({ kind: 'current' })
    expect(feed.asked).toHaveLength(1)
  })

  it('does not go back a version on the beta channel either', async () => {
    await offer(feed, { version: '1.3.0', channel: 'beta' })
    expect(await updatesOf({ channel: 'beta' }).check()).toEqual({ kind: 'current' })
    await offer(feed, { version: '1.6.0', channel: 'beta' })
    expect(await updatesOf({ channel: 'beta' }).check()).toEqual({ kind: 'ready', version: '1.6.0' })
  })

  it.each([
    ['not signed', null],
    ['signed by another', theirs.privateKey],
  ])('refuses an update that is %s, before fetching it', async (_what, key) => {
    await offer(feed, { version: '1.5.0', key })
    expect(await updatesOf().check()).toEqual({ kind: 'failed', reason: 'unsigned' })
    expect(feed.asked).toEqual(['/api/app-updates/latest-linux.yml'])
  })

  it.each([
    ['version', { version: '9.9.9' }],
    ['file', { files: [{ url: 'other.AppImage', sha512: 'x', size: 3 }] }],
    ['file list', { files: [] }],
    ['signature', { signature: 'AAAA' }],
    ['system version', { minimumSystemVersion: '0.0.1' }],
  ])('refuses a feed file whose %s was changed after signing', async (_what, change) => {
    await offer(feed, { version: '1.5.0' })
    const path = join(feed.folder, 'latest-linux.yml')
    const signed = parse(await readFile(path, 'utf8')) as object
    await writeFile(path, stringify({ ...signed, ...change }))
    expect(await updatesOf().check()).toEqual({ kind: 'failed', reason: 'unsigned' })
  })

  it('refuses a file that is not the signed one, and keeps the installed one', async () => {
    const { name, content } = await offer(feed, { version: '1.5.0' })
    await writeFile(join(feed.folder, name), content.replace('echo', 'rm -r'))
    const updates = updatesOf()
    expect(await updates.check()).toEqual({ kind: 'failed', reason: 'damaged' })
    expect(updates.install()).toBe('none')
    updates.beforeQuit()
    app.quit(0)
    expect(await readFile(app.installed, 'utf8')).toContain('1.4.0')
  })

  it('asks for nothing during an encounter, and installs nothing', async () => {
    await offer(feed, { version: '1.5.0' })
    encounter = true
    const updates = updatesOf()
    expect(await updates.check()).toEqual({ kind: 'postponed' })
    expect(feed.asked).toEqual([])

    encounter = false
    expect(await updates.check()).toMatchObject({ kind: 'ready' })
    encounter = true
    expect(updates.install()).toBe('postponed')
    updates.beforeQuit()
    app.quit(0)
    expect(await readFile(app.installed, 'utf8')).toContain('1.4.0')
    expect(app.calls).toEqual([])
  })

  it('says what happened when the server has no updates, or is not there', async () => {
    expect(await updatesOf().check()).toEqual({ kind: 'failed', reason: 'not-offered' })
    const gone = updatesOf({ serverUrl: 'http://127.0.0.1:1' })
    expect(await gone.check()).toEqual({ kind: 'failed', reason: 'unreachable' })
  })

  it('reaches the share of devices that the feed file names', async () => {
    await offer(feed, { version: '1.5.0', stagingPercentage: 0 })
    expect(await updatesOf().check()).toEqual({ kind: 'current' })
    await offer(feed, { version: '1.5.0', stagingPercentage: 'all' })
    expect(await updatesOf().check()).toEqual({ kind: 'current' })
    await offer(feed, { version: '1.5.0', stagingPercentage: 100 })
    expect(await updatesOf().check()).toEqual({ kind: 'ready', version: '1.5.0' })
  })
})

describe('the share of devices', () => {
  const devices = Array.from({ length: 4000 }, (_, index) => `device-${index}`)
  const reached = (version: string, percent: number): Set<string> =>
    new Set(devices.filter((device) => isInRollout(device, version, percent)))

  it('is the share named, the same each time, and grows without leaving anyone out', () => {
    const ten = reached('1.5.0', 10)
    // Binomial with n = 4000, p = 0.1: standard deviation 19; five of them either side.
    expect(Math.abs(ten.size - 400)).toBeLessThan(95)
    expect(reached('1.5.0', 10)).toEqual(ten)
    const forty = reached('1.5.0', 40)
    expect([...ten].every((device) => forty.has(device))).toBe(true)
    expect(reached('1.5.0', 100).size).toBe(4000)
  })

  it('begins with other devices for another version', () => {
    // Independent: 1 % of the devices, 40 expected.
    const next = reached('1.6.0', 10)
    expect([...reached('1.5.0', 10)].filter((device) => next.has(device)).length).toBeLessThan(80)
  })
})
