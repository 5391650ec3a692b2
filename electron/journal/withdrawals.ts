import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeptWithdrawal } from '@spira/renderer/shell/bridge.ts'
import { idSchema } from '../sealed.ts'
import { storageError, syncFolder } from './diskWrites.ts'
import { encodeRecord, scanRecords } from './record.ts'

/** Withdrawals that no server knows of yet: one small file of ciphertext each, kept until the receipt. */
export interface Withdrawals {
  /** Resolved, it is on disk. @throws ShellError `storage-full`, `storage-failed`. */
  keep(withdrawal: KeptWithdrawal): Promise<void>
  /** One whose file is damaged is left out, and left as it is. */
  list(): Promise<readonly KeptWithdrawal[]>
  /** Done already is done. */
  remove(id: string): Promise<void>
}

const SUFFIX = '.withdrawal'
const KIND = 3
const NONCE_BYTES = 12

export async function openWithdrawals(folder: string): Promise<Withdrawals> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const fileOf = (id: string): string => join(folder, id + SUFFIX)

  return {
    async keep({ id, sealed: { iv, data } }) {
      const making = `${fileOf(id)}.making`
      try {
        const file = await open(making, 'w', 0o600)
        try {
          await file.writeFile(encodeRecord(KIND, Buffer.concat([iv, new Uint8Array(data)])))
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(making, fileOf(id))
        await syncFolder(folder)
      } catch (error) {
        await rm(making, { force: true }).catch(() => undefined)
        throw storageError(error)
      }
    },

    async list() {
      const ids = (await readdir(folder))
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => name.slice(0, -SUFFIX.length))
        .filter((id) => idSchema.safeParse(id).success)
        .toSorted()
      const kept: KeptWithdrawal[] = []
      for (const id of ids) {
        const [record] = scanRecords(await readFile(fileOf(id))).records
        if (record?.kind !== KIND || record.content.byteLength <= NONCE_BYTES) continue
        const iv = new Uint8Array(record.content.subarray(0, NONCE_BYTES))
        kept.push({ id, sealed: { iv, data: new Uint8Array(record.content.subarray(NONCE_BYTES)).buffer } })
      }
      return kept
    },

    async remove(id) {
      try {
        await rm(fileOf(id), { force: true })
        await syncFolder(folder)
      } catch (error) {
        throw storageError(error)
      }
    },
  }
}
