import type { CarriedFileKey, Enrolment } from '@spira/shared/protocol/deviceApi.ts'
import {
  createDeviceClient,
  type DeviceClient,
  type DeviceIdentity,
  type Fetch,
} from '@spira/shared/protocol/deviceClient.ts'
import { signText } from '@spira/shared/protocol/ed25519.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { SyncError } from '@spira/shared/protocol/syncError.ts'
import { z } from 'zod'
import type { DeviceService, DeviceState, Erased } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import type { PinnedServerRow, SpiraDatabase } from '../store/database.ts'
import { sealJson, unsealJson } from '../store/envelope.ts'
import type { Store } from '../store/store.ts'
import { candidateKey, deviceKey, publicJwk } from './deviceKey.ts'
import { enrolmentCode } from './enrolmentCode.ts'
import { serverOrigin } from './serverAddress.ts'

/** What was agreed at enrolment, kept sealed in `settings`; the TUF root lies in `tuf`, where model trust reads it. */
interface SavedEnrolment extends Omit<Enrolment, 'tufRoot'> {
  readonly serverUrl: string
  readonly deviceName: string
  readonly enrolledAt: string
}

const SETTING = 'enrolment'
const PLACE = `settings/${SETTING}` as const
const tufRootSchema = z.object({ signed: z.object({ _type: z.literal('root') }) })

export interface EnrolledDevice extends DeviceService {
  /** The client to speak to the server with as this device, one and the same until the next enrolment; null before the first. */
  client(): DeviceClient | null
  /** Who it is and what it pinned when it enrolled; null before. */
  identity(): PinnedIdentity | null
}

export interface PinnedIdentity extends DeviceIdentity {
  /** Absent from a server that reads no carried files. */
  readonly carriedFileKey?: CarriedFileKey | undefined
}

export interface DeviceServiceOptions {
  readonly store: Store
  readonly appVersion: string
  readonly fetch?: Fetch
  /** Epoch milliseconds. */
  readonly now?: () => number
}

/** Reads the enrolment that is on disk before it answers, so that an enrolled device never shows as not enrolled. */
export async function createDeviceService({
  store,
  appVersion,
  fetch = globalThis.fetch.bind(globalThis),
  now = Date.now,
}: DeviceServiceOptions): Promise<EnrolledDevice> {
  const { db, keys } = store
  const state = createLive<DeviceState>({ status: 'not-enrolled', erased: await erasedOf(db) })
  let client: DeviceClient | null = null
  let pinned: PinnedIdentity | null = null

  function use(enrolment: SavedEnrolment, { privateKey }: CryptoKeyPair): void {
    const { deviceId, deviceName, site, serverId, receiptKey, carriedFileKey, serverUrl } = enrolment
    const identity = { deviceId, serverId, receiptKey, sign: (text: string) => signText(text, privateKey) }
    pinned = { ...identity, carriedFileKey }
    client = createDeviceClient({ serverUrl, fetch, now, identity })
    state.set({ status: 'enrolled', deviceId, deviceName, site, serverUrl })
  }

  async function readSaved(): Promise<SavedEnrolment | null> {
    const row = await db.settings.get(SETTING)
    return row === undefined ? null : unsealJson<SavedEnrolment>(keys, PLACE, row.sealed)
  }

  /** All of it or nothing: from here on the device is enrolled, also after a power cut. */
  async function save(enrolment: SavedEnrolment, tufRoot: string, key: CryptoKeyPair): Promise<void> {
    const previous = await readSaved()
    const sealed = await sealJson(keys.device, PLACE, enrolment)
    await db.transaction('rw', db.settings, db.keys, db.tuf, db.pinned, async () => {
      await db.settings.put({ key: SETTING, sealed })
      await db.pinned.put(pinnedRow(enrolment))
      await db.keys.put({ name: 'device', key })
      await db.keys.delete('device-candidate')
      // Enrolled again with the same server: the root trusted so far may be newer than the one the server pins anew.
      if (previous?.serverId === enrolment.serverId && (await db.tuf.get('root')) !== undefined) return
      await db.tuf.clear()
      await db.tuf.put({ role: 'root', text: tufRoot })
    })
  }

  const saved = await readSaved()
  const key = await deviceKey(db, 'device')
  if (saved !== null && key !== null) {
    use(saved, key)
    // Enrolled by an app that kept it sealed alone.
    await db.pinned.put(pinnedRow(saved))
  }

  return {
    state,
    client: () => client,
    identity: () => pinned,

    async enrol({ serverUrl: typedUrl, code: typedCode, deviceName: typedName }) {
      const serverUrl = serverOrigin(typedUrl)
      const code = enrolmentCode(typedCode)
      if (code === null) throw new SpiraError('enrolment_code_invalid')
      const deviceName = typedName.trim()

      const stranger = createDeviceClient({ serverUrl, fetch, now })
      // The code is shown to nothing that does not answer as a training server.
      const { serverId } = await stranger.health()
      const candidate = await candidateKey(db)
      const { tufRoot, ...enrolment } = await stranger.enrol({
        code,
        publicKey: await publicJwk(candidate),
        deviceName,
        appVersion,
      })
      if (enrolment.serverId !== serverId) throw new SyncError('not_the_server', 'two server ids')
      if (!isTufRoot(tufRoot)) throw new SyncError('not_the_server', 'no TUF root')

      const agreed: SavedEnrolment = { ...enrolment, serverUrl, deviceName, enrolledAt: new Date(now()).toISOString() }
      await save(agreed, tufRoot, candidate)
      use(agreed, candidate)
    },

    async moveServer(typedUrl) {
      const serverUrl = serverOrigin(typedUrl)
      const [enrolled, own] = [await readSaved(), await deviceKey(db, 'device')]
      if (enrolled === null || own === null || pinned === null) throw new SpiraError('device_unknown')
      const there = createDeviceClient({ serverUrl, fetch, now, identity: pinned })
      // Whoever answers there must name itself our server before it is shown a signature of this device; then it must give one by the pinned key.
      await there.health()
      await there.pullChanges(null)
      const moved = { ...enrolled, serverUrl }
      const sealed = await sealJson(keys.device, PLACE, moved)
      await db.transaction('rw', db.settings, db.pinned, async () => {
        await db.settings.put({ key: SETTING, sealed })
        await db.pinned.put(pinnedRow(moved))
      })
      use(moved, own)
    },
  }
}

const pinnedRow = ({ serverUrl, serverId, deviceId, receiptKey }: SavedEnrolment): PinnedServerRow => ({
  name: 'server',
  serverUrl,
  serverId,
  deviceId,
  receiptKey,
})

async function erasedOf(db: SpiraDatabase): Promise<Erased | null> {
  for (const because of ['revoked', 'forgotten', 'out-of-contact'] as const) {
    const mark = await db.marks.get(`erased-${because}`)
    if (mark !== undefined) return { because, at: mark.value }
  }
  return null
}

function isTufRoot(text: string): boolean {
  try {
    return tufRootSchema.safeParse(JSON.parse(text)).success
  } catch {
    return false
  }
}
