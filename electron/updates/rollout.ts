import { createHash } from 'node:crypto'

/**
 * Whether a device is among the first `percent` of a rollout. Its place is made of the device and the version: the same each
 * time it asks, kept as the share grows, and not the same ward first for every version.
 * @param percent 0 to 100 of the feed file, undefined: everyone. What is not such a number offers the update to nobody.
 */
export function isInRollout(deviceId: string, version: string, percent: unknown): boolean {
  if (percent === undefined) return true
  if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100)) return false
  const place = createHash('sha256').update(`${version}\n${deviceId}`).digest().readUInt32BE(0) / 2 ** 32
  return place * 100 < percent
}
