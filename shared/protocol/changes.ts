import { z } from 'zod'
import { prevalencePercentSchema } from './careApi.ts'
import { devicePolicySchema } from './devicePolicy.ts'
import { idSchema, instantSchema, sha256Schema } from './ids.ts'
import { labelSchema } from './records.ts'

/**
 * What a device learns from the server: `GET /changes?cursor=`, in the server's order. A device keeps the cursor of the last page it
 * has carried out; asking again with an earlier one is harmless, for every change may be carried out twice. An app that
 * learns a new type asks again from the beginning: types it did not know were passed over.
 */
export const changeSchema = z.discriminatedUnion('type', [
  /** Erase everything of this participant. Sent to the devices of the participant's site. */
  z.object({ type: z.literal('participant.withdrawn'), participantId: idSchema, withdrawnAt: instantSchema }),
  /**
   * A label of an encounter of the device's site, also the device's own. `position` is the server's order among the labels of all devices:
   * the highest of an encounter counts, the others stay visible.
   */
  z.object({
    type: z.literal('label.given'),
    label: labelSchema,
    position: z.number().int().positive(),
    /** Null: given at the console. */
    deviceId: idSchema.nullable(),
  }),
  /** A release was published: worth asking the TUF repository now. A hint, trusted for nothing else. */
  z.object({ type: z.literal('release.published'), modelVersion: z.number().int().nonnegative() }),
  /** A version of the clinical protocol was published: worth asking for it now. */
  z.object({ type: z.literal('protocol.published'), version: z.number().int().positive() }),
  /** The administrator said for the device's site how many of 100 patients have the condition; what was said last counts. */
  z.object({ type: z.literal('site-prevalence.set'), percent: prevalencePercentSchema }),
  /** The administrator decided for every device; what was decided last counts. */
  devicePolicySchema.extend({ type: z.literal('device-policy.set') }),
])
export type Change = z.infer<typeof changeSchema>

export const changesQuerySchema = z.object({
  /** Opaque; absent: from the beginning. */
  cursor: z.string().max(100).optional(),
})

/** One page, as the text that is signed: a captive portal cannot order a device to erase. */
export const changesPageSchema = z.object({
  serverId: idSchema,
  deviceId: idSchema,
  /** Random; another after each restore from a backup. Absent: a server from before there were epochs. */
  epoch: z.uuid().optional(),
  /** Echo of the question; null: from the beginning. */
  cursor: z.string().nullable(),
  /** Changes of a newer server are passed over. */
  changes: z.array(z.looseObject({ type: z.string() })),
  /** To ask with next time. */
  nextCursor: z.string().max(100),
  /** Whether there is another page now. */
  more: z.boolean(),
})

/** `signature`: base64 Ed25519 over the UTF-8 bytes of `page`, the exact JSON text of a changesPage, by the pinned receipt key. */
export const signedChangesSchema = z.object({ page: z.string(), keyId: sha256Schema, signature: z.base64() })

/** A verified page. */
export interface ChangesPage {
  readonly serverId: string
  /** In another than before, what this server gave receipts for may be gone. Null: the server tells none. */
  readonly epoch: string | null
  readonly changes: readonly Change[]
  readonly nextCursor: string
  readonly more: boolean
}
