import type { Transaction } from 'kysely'
import { isTaker, type DeviceIdentity } from '@spira/shared/release/offer.ts'
import type { Rollout } from '@spira/shared/release/metadata.ts'
import type { Database } from '../../db/schema.ts'
import type { ServerContext } from '../../server/context.ts'
import type { RolloutRow } from './progress.ts'

export interface DeviceCounts {
  readonly audience: number
  readonly takers: number
  readonly activated: number
  /** Refused it, or went back from it by themselves. */
  readonly failed: number
  /** Went back from it, for whatever reason. */
  readonly returned: number
  readonly shadowing: number
  readonly failures: readonly { readonly reason: string; readonly devices: number }[]
}

/** Why a device went back that was told to: it did not fail. */
export const TOLD_TO_GO_BACK = 'withdrawn'

/** What became of a release on the devices it is for: of each device, its newest report counts. */
export async function deviceStates(
  db: ServerContext['db'] | Transaction<Database>,
  rollout: RolloutRow,
): Promise<DeviceCounts> {
  const devices: DeviceIdentity[] = await db
    .selectFrom('devices')
    .select(['id as deviceId', 'siteId'])
    .where('revokedAt', 'is', null)
    .execute()
  const channel =
    rollout.channelId === null
      ? null
      : await db
          .selectFrom('channels')
          .select(['siteIds', 'deviceIds'])
          .where('id', '=', rollout.channelId)
          .executeTakeFirstOrThrow()
  const share = (sharePermille: number): Rollout => ({
    sequence: rollout.sequence,
    modelId: rollout.modelId,
    mode: rollout.mode,
    state: 'offered',
    sharePermille,
    audience: channel,
  })
  const takers = (sharePermille: number) =>
    Promise.all(devices.map((device) => isTaker(device, share(sharePermille)))).then(
      (taken) => taken.filter(Boolean).length,
    )
  const reports = await db
    .selectFrom('modelReports')
    .distinctOn('deviceId')
    .select(['deviceId', 'outcome', 'reason'])
    .where('modelId', '=', rollout.modelId)
    .orderBy('deviceId')
    .orderBy('sequence', 'desc')
    .execute()
  const counted = (...outcomes: readonly string[]) => reports.filter(({ outcome }) => outcomes.includes(outcome)).length
  const failed = reports.filter(
    ({ outcome, reason }) => outcome === 'refused' || (outcome === 'returned' && reason !== TOLD_TO_GO_BACK),
  )
  const reasons = Map.groupBy(failed, ({ reason }) => reason ?? 'unknown')
  return {
    audience: await takers(1000),
    takers: await takers(rollout.stages[rollout.stage]?.sharePermille ?? 0),
    activated: counted('activated'),
    failed: failed.length,
    returned: counted('returned'),
    shadowing: counted('shadowing'),
    failures: [...reasons]
      .map(([reason, list]) => ({ reason, devices: list.length }))
      .sort((one, other) => other.devices - one.devices),
  }
}

/** Whether so many of the devices that reported failed that nobody else should take it. */
export const failsTooOften = ({ activated, shadowing, failed }: DeviceCounts, limitPermille: number): boolean =>
  failed > 0 && failed * 1000 > limitPermille * (activated + shadowing + failed)
