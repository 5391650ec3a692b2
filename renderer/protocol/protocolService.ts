import { clinicalProtocolSchema, type ClinicalProtocol } from '@spira/shared/protocol/clinicalProtocol.ts'
import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import { SyncError } from '@spira/shared/protocol/syncError.ts'
import type { ProtocolService } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import type { EnrolledDevice } from '../device/deviceService.ts'
import { startPeriodicCheck, type CheckTimes } from '../models/periodicCheck.ts'
import type { Store } from '../store/store.ts'
import { newestProtocol } from './protocols.ts'

/** Option lists change a few times a year; a device that was off hears of it within a quarter of an hour. */
const TIMES: CheckTimes = { firstMs: 4_000, everyMs: 15 * 60_000, longestMs: 60 * 60_000, jitter: 0.2 }

export interface DeviceProtocols extends ProtocolService {
  /** Asks the server for the newest version and keeps it. Never changes or removes one that is here. */
  refresh(): Promise<'reached' | 'unreachable'>
  dispose(): void
}

export interface ProtocolServiceOptions {
  readonly store: Store
  readonly device: Pick<EnrolledDevice, 'state' | 'client'>
  readonly times?: CheckTimes
}

/** The clinical protocols on this device. Without a network the newest one that is here is used. */
export async function createProtocolService({
  store: { db },
  device,
  times = TIMES,
}: ProtocolServiceOptions): Promise<DeviceProtocols> {
  const current = createLive<ClinicalProtocol>(newestProtocol(await db.protocols.toArray()))

  async function refresh(): Promise<'reached' | 'unreachable'> {
    const client = device.client()
    if (client === null) return 'unreachable'
    try {
      await keep(await client.clinicalProtocol())
    } catch (error) {
      if (error instanceof SyncError) return 'unreachable'
      throw error
    }
    return 'reached'
  }

  async function keep(text: unknown): Promise<void> {
    // A version this app cannot read is left alone: the app that can is offered separately, and the one here goes on.
    const { data } = clinicalProtocolSchema.safeParse(text)
    if (data === undefined || data.version === defaultProtocol.version) return
    await db.transaction('rw', db.protocols, async () => {
      if ((await db.protocols.get(data.version)) === undefined)
        await db.protocols.add({ version: data.version, text: JSON.stringify(data) })
    })
    const newest = newestProtocol(await db.protocols.toArray())
    if (newest.version !== current.get().version) current.set(newest)
  }

  const checks = startPeriodicCheck({ check: refresh, enrolled: device.state, times })
  return { current, refresh, dispose: checks.dispose }
}
