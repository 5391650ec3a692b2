import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { MAX_UPLOAD_BYTES, type UploadStore } from './uploadStore.ts'

/** What one device may have begun and not finished: it sends one recording after the other, and goes on with what it began. */
export const MAX_OPEN_UPLOADS = 64
export const MAX_PENDING_BYTES = 512 * 1024 * 1024

/**
 * Holds a place for an upload that is being created, so that several asked for at once do not each find the last one.
 *
 * @returns lets it go: the upload then counts itself, or was not made.
 * @throws SpiraError uploads_pending
 */
export type HoldPlace = (deviceId: string, byteLength: number) => Promise<() => void>

export function createOpenUploads(uploads: Pick<UploadStore, 'ofDevice' | 'announcedBytes'>): HoldPlace {
  const held = new Map<string, { readonly byteLength: number }[]>()

  async function pendingBytes(ids: readonly string[]): Promise<number> {
    const announced = await Promise.all(ids.map((id) => uploads.announcedBytes(id)))
    return announced.reduce((sum, bytes) => sum + bytes, 0)
  }

  return async (deviceId, byteLength) => {
    const place = { byteLength }
    const places = held.get(deviceId) ?? []
    held.set(deviceId, places)
    places.push(place)
    const letGo = (): void => {
      places.splice(places.indexOf(place), 1)
      if (places.length === 0) held.delete(deviceId)
    }
    try {
      const ids = await uploads.ofDevice(deviceId)
      const open = ids.length + places.length
      let bytes = places.reduce((sum, each) => sum + each.byteLength, 0)
      // So few that they cannot be too many bytes, however long each is: they are not looked at.
      if (open * MAX_UPLOAD_BYTES > MAX_PENDING_BYTES) bytes += await pendingBytes(ids)
      if (open > MAX_OPEN_UPLOADS || bytes > MAX_PENDING_BYTES)
        throw new SpiraError('uploads_pending', { open: ids.length, most: MAX_OPEN_UPLOADS })
      return letGo
    } catch (error) {
      letGo()
      throw error
    }
  }
}
