import { CARRIED_FILE_ENDING, writeCarriedFile } from '@spira/shared/protocol/carriedFile.ts'
import type { CarryService } from '../bedside/bedside.ts'
import type { EnrolledDevice } from '../device/deviceService.ts'
import type { FileToRead } from '../shell/chosenFiles.ts'
import type { Store } from '../store/store.ts'
import { waitingRecords } from './carryWaiting.ts'
import { SyncFileError } from './syncFileError.ts'
import { takeReceipts } from './takeReceipts.ts'

export interface CarryServiceOptions {
  readonly store: Store
  readonly device: Pick<EnrolledDevice, 'identity'>
  readonly readAudio: (recordingId: string) => Promise<Blob>
  readonly save: (name: string, parts: AsyncIterable<Uint8Array<ArrayBuffer>>) => Promise<boolean>
  readonly open: (extensions: readonly string[]) => Promise<FileToRead | null>
  readonly now?: () => Date
}

/** Receipts of a few thousand items are some hundred kilobytes; anything much longer is another file. */
const MOST_RECEIPT_BYTES = 32 * 1024 * 1024

export function createCarryService({
  store,
  device,
  readAudio,
  save,
  open,
  now = () => new Date(),
}: CarryServiceOptions): CarryService {
  return {
    async exportWaiting() {
      const identity = device.identity()
      if (identity?.carriedFileKey === undefined) throw new SyncFileError('export-unsupported')
      const { serverId, deviceId, carriedFileKey: key, sign } = identity
      const madeAt = now()
      // The name says when and nothing else: sticks are lost.
      const name = `spira-${madeAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}.${CARRIED_FILE_ENDING}`
      const file = writeCarriedFile({ serverId, deviceId, key, sign, madeAt }, waitingRecords(store, readAudio))
      return save(name, file)
    },

    async importReceipts() {
      const identity = device.identity()
      const file = await open(['json'])
      if (file === null) return null
      if (identity === null || file.bytes > MOST_RECEIPT_BYTES) throw new SyncFileError('receipts-invalid')
      const parts: Uint8Array<ArrayBuffer>[] = []
      for await (const part of file.parts) parts.push(part)
      return takeReceipts(store.db, identity, await new Blob(parts).text(), now().getTime())
    },
  }
}
