import type { z } from 'zod'
import { changeSchema, changesPageSchema, type Change, type ChangesPage, type signedChangesSchema } from './changes.ts'
import type { PublicKeyJwk } from './deviceApi.ts'
import { verifyText } from './ed25519.ts'
import { SyncError } from './syncError.ts'

/** What the device pinned when it enrolled, and the cursor it asked with. */
export interface ExpectedChanges {
  readonly serverId: string
  readonly deviceId: string
  readonly receiptKey: { readonly keyId: string; readonly publicKey: PublicKeyJwk }
  readonly cursor: string | null
}

/**
 * Believes a page only when the pinned key signed it for this device and this question: a change can order it to erase.
 *
 * @throws SyncError `not_the_server` for any other.
 */
export async function verifyChanges(
  { page, keyId, signature }: z.infer<typeof signedChangesSchema>,
  expected: ExpectedChanges,
): Promise<ChangesPage> {
  if (keyId !== expected.receiptKey.keyId) throw new SyncError('not_the_server', 'changes signed with an unknown key')
  if (!(await verifyText(page, signature, expected.receiptKey.publicKey)))
    throw new SyncError('not_the_server', 'changes with a wrong signature')
  const {
    serverId,
    deviceId,
    epoch = null,
    cursor,
    changes,
    nextCursor,
    more,
  } = inForm(changesPageSchema, JSON.parse(page))
  if (serverId !== expected.serverId || deviceId !== expected.deviceId || cursor !== expected.cursor)
    throw new SyncError('not_the_server', 'changes for another device or question')
  return { serverId, epoch, changes: changes.flatMap(known), nextCursor, more }
}

/** A change of a known type must have its form; one of an unknown type is a newer server's. */
function known(change: { type: string }): readonly Change[] {
  return KNOWN.has(change.type) ? [inForm(changeSchema, change)] : []
}

function inForm<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new SyncError('not_the_server', 'changes in another form')
  return parsed.data
}

const KNOWN: ReadonlySet<string> = new Set(changeSchema.options.map(({ shape }) => shape.type.value))
