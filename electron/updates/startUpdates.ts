import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ShellUpdate } from '@spira/renderer/shell/bridge.ts'
import type { ShellSettings } from '../settings.ts'
import { AppUpdates, type UpdateEngine, type UpdateState } from './appUpdates.ts'

/** After the start, when the model is loaded and the outbox has had its turn; then a few times in a shift. */
const FIRST_CHECK_MS = 5 * 60_000
const EVERY_MS = 4 * 3_600_000

export interface UpdateStart {
  /** Folder of the packed app (`app.getAppPath()`): holds update-key.pem where updates are signed. */
  readonly appFolder: string
  /** `app.getPath('userData')`. */
  readonly dataFolder: string
  readonly settings: Pick<ShellSettings, 'serverUrl' | 'updateChannel'>
  readonly busy: () => boolean
  /** What installed the app (`resources/package-type`), or null: a Debian package is updated by apt, as root, by IT. */
  readonly packageType: string | null
  /** Real: `async () => (await import('electron-updater')).default.autoUpdater`. */
  readonly loadEngine: () => Promise<UpdateEngine>
  readonly onState: (state: UpdateState) => void
}

export interface RunningUpdates {
  readonly updates: AppUpdates
  readonly stop: () => void
}

export type UpdatesOff = Extract<ShellUpdate, { kind: 'off' }>

/**
 * Looks for app updates from now on, or says why not: IT installs them itself, no server is set, or the build has no key to check
 * them with.
 */
export async function startUpdates(start: UpdateStart): Promise<RunningUpdates | UpdatesOff> {
  const { appFolder, dataFolder, settings, busy, packageType, loadEngine, onState } = start
  const { serverUrl, updateChannel: channel } = settings
  if (channel === 'none') return { kind: 'off', reason: 'policy' }
  if (packageType === 'deb') return { kind: 'off', reason: 'package' }
  if (serverUrl === null) return { kind: 'off', reason: 'no-server' }
  const publicKey = await readFile(join(appFolder, 'update-key.pem'), 'utf8').catch(() => null)
  if (publicKey === null) return { kind: 'off', reason: 'no-key' }

  const deviceId = await installationId(join(dataFolder, 'installation-id'))
  const updates = new AppUpdates({ engine: await loadEngine(), serverUrl, channel, publicKey, deviceId, busy })
  const look = (): void => void updates.check().then(onState)
  const first = setTimeout(look, FIRST_CHECK_MS)
  const every = setInterval(look, EVERY_MS)
  return {
    updates,
    stop: () => {
      clearTimeout(first)
      clearInterval(every)
    },
  }
}

/** A random id that this installation gave itself: its place in a rollout. */
export async function installationId(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    const id = randomUUID()
    await writeFile(file, id)
    return id
  }
}
