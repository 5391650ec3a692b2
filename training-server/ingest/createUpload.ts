import { type DataStore, Upload } from '@tus/server'
import type { z } from 'zod'
import { expiryOf, type uploadMetadataSchema } from './uploadStore.ts'

/**
 * POST of tus 1.0, "creation", without bytes: tus-node-server's own handler turns the request into one of the web's and back. Nobody else
 * knows the name of what is being created, so it needs no lock.
 *
 * @returns when it expires.
 */
export async function createUpload(
  store: DataStore,
  { id, byteLength, metadata }: CreatedUpload,
): Promise<Date | null> {
  return expiryOf(store, await store.create(new Upload({ id, size: byteLength, offset: 0, metadata })))
}

interface CreatedUpload {
  readonly id: string
  readonly byteLength: number
  readonly metadata: z.infer<typeof uploadMetadataSchema>
}
