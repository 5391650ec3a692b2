import { sha256Hex, utf8 } from '../protocol/bytes.ts'
import type { Rollout } from './metadata.ts'
import type { ReleaseTarget } from './releaseTarget.ts'

/** Who a device is to a rollout. */
export interface DeviceIdentity {
  readonly deviceId: string
  readonly siteId: string
}

/** What the signed repository has for one device. */
export interface Offer {
  /** The newest release this device is among the takers of; null when there is none. */
  readonly take: ReleaseTarget | null
  /** The newest one it should score silently beside its own; null when there is none. */
  readonly shadow: ReleaseTarget | null
  /** Models that must not score any more. */
  readonly withdrawn: ReadonlySet<string>
}

/**
 * What is signed says which models may run (`releases`) and who takes them when (`rollouts`). A device decides by itself, so that
 * the same files mean the same by network and by USB stick.
 */
export async function offerFor(
  device: DeviceIdentity,
  releases: readonly ReleaseTarget[],
  rollouts: readonly Rollout[] | null,
): Promise<Offer> {
  if (rollouts === null) return { take: releases[0] ?? null, shadow: null, withdrawn: new Set() }
  const bySequence = new Map(rollouts.map((rollout) => [rollout.sequence, rollout]))
  const newest: Record<Rollout['mode'], ReleaseTarget | null> = { active: null, shadow: null }
  for (const release of releases) {
    const rollout = bySequence.get(release.sequence)
    if (rollout === undefined || rollout.modelId !== release.modelId || rollout.state !== 'offered') continue
    if (newest[rollout.mode] === null && (await isTaker(device, rollout))) newest[rollout.mode] = release
  }
  const withdrawn = rollouts.filter(({ state }) => state === 'withdrawn').map(({ modelId }) => modelId)
  return { take: newest.active, shadow: newest.shadow, withdrawn: new Set(withdrawn) }
}

/** Whether the device belongs to the audience and to the share of it. */
export async function isTaker(
  device: DeviceIdentity,
  { sequence, sharePermille, audience }: Rollout,
): Promise<boolean> {
  if (audience !== null && !audience.siteIds.includes(device.siteId) && !audience.deviceIds.includes(device.deviceId))
    return false
  return (await placeOf(device.deviceId, sequence)) * 1000 < sharePermille
}

/**
 * Where in [0, 1) a device stands in the queue for a release: by hash, so that it is the same at every look, that a growing share
 * only adds devices, and that another release begins with other devices.
 */
export async function placeOf(deviceId: string, sequence: number): Promise<number> {
  const digest = await sha256Hex(utf8(`spira-rollout:${sequence}:${deviceId}`))
  return Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32
}
