import type { ShellUpdate } from '@spira/renderer/shell/bridge.ts'
import type { AppUpdater } from 'electron-updater'
import { isInRollout } from './rollout.ts'
import { isSignedBy, signedUpdateSchema } from './updateSignature.ts'

/** The part of electron-updater that is used. */
export type UpdateEngine = Pick<
  AppUpdater,
  | 'allowDowngrade'
  | 'allowPrerelease'
  | 'autoDownload'
  | 'autoInstallOnAppQuit'
  | 'checkForUpdates'
  | 'disableDifferentialDownload'
  | 'disableWebInstaller'
  | 'downloadUpdate'
  | 'isUpdateSupported'
  | 'isUserWithinRollout'
  | 'logger'
  | 'quitAndInstall'
  | 'setFeedURL'
>

export interface AppUpdatesInput {
  readonly engine: UpdateEngine
  /** Address of the training server. Its `/api/app-updates/` is the feed. */
  readonly serverUrl: string
  readonly channel: 'stable' | 'beta'
  /** Ed25519 public key (PEM) of this build. */
  readonly publicKey: string
  /** Made once by this installation, kept for good; says nothing about anyone. */
  readonly deviceId: string
  /** Whether an encounter is under way. */
  readonly busy: () => boolean
}

/** What came of one look for an update. */
export type UpdateState = Extract<ShellUpdate, { kind: 'current' | 'postponed' | 'ready' | 'failed' }>

class UpdateRefused extends Error {}

/**
 * Updates of the app itself, by electron-updater from the training server, signed by the publisher of the build. An older or
 * equal version is not an update. Never touches the app while an encounter is under way.
 */
export class AppUpdates {
  readonly #engine: UpdateEngine
  readonly #busy: () => boolean
  #ready = false

  constructor({ engine, serverUrl, channel, publicKey, deviceId, busy }: AppUpdatesInput) {
    this.#engine = engine
    this.#busy = busy
    engine.logger = null
    engine.autoDownload = false
    engine.autoInstallOnAppQuit = true
    engine.allowDowngrade = false
    engine.allowPrerelease = false
    engine.disableWebInstaller = true
    // Parts of files would need the feed to keep every old version and answer ranges.
    engine.disableDifferentialDownload = true
    const isSystemSupported = engine.isUpdateSupported
    engine.isUpdateSupported = (info) => {
      requireSignature(info, publicKey)
      return isSystemSupported(info)
    }
    engine.isUserWithinRollout = ({ version, stagingPercentage }) => isInRollout(deviceId, version, stagingPercentage)
    engine.setFeedURL({
      provider: 'generic',
      url: new URL('/api/app-updates', serverUrl).href,
      channel: channel === 'stable' ? 'latest' : 'beta',
    })
  }

  /** Looks for an update and downloads it. Never rejects: without a network the next look is soon enough. */
  async check(): Promise<UpdateState> {
    if (this.#busy()) return { kind: 'postponed' }
    try {
      const found = await this.#engine.checkForUpdates()
      if (found === null || !found.isUpdateAvailable) return { kind: 'current' }
      if (this.#busy()) return { kind: 'postponed' }
      await this.#engine.downloadUpdate()
      this.#ready = true
      return { kind: 'ready', version: found.updateInfo.version }
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) }
    }
  }

  /** Closes the app, installs and opens it again. `postponed` while an encounter is under way; `none` without an update. */
  install(): 'installing' | 'postponed' | 'none' {
    if (!this.#ready) return 'none'
    if (this.#busy()) return 'postponed'
    this.#engine.quitAndInstall(true, true)
    return 'installing'
  }

  /** To be called as the app begins to quit: closing it in the middle of an encounter installs nothing. */
  beforeQuit(): void {
    this.#engine.autoInstallOnAppQuit = !this.#busy()
  }
}

function requireSignature(info: object, publicKey: string): void {
  const update = signedUpdateSchema.safeParse(info)
  const signature: unknown = Reflect.get(info, 'signature')
  if (!update.success || typeof signature !== 'string' || !isSignedBy(update.data, signature, publicKey))
    throw new UpdateRefused('not signed by the publisher of this app')
}

function reasonOf(error: unknown): Extract<UpdateState, { kind: 'failed' }>['reason'] {
  if (error instanceof UpdateRefused) return 'unsigned'
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (code === 'ERR_CHECKSUM_MISMATCH') return 'damaged'
  return code === 'ERR_UPDATER_CHANNEL_FILE_NOT_FOUND' ? 'not-offered' : 'unreachable'
}
