import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'
import { assessmentSchema, encounterSchema, labelSchema, participantSchema, recordingSchema } from './records.ts'
import { withdrawalSchema } from './withdrawal.ts'

const envelope = {
  id: idSchema,
  /** Position in this device's log, from 1, growing. Order is by sequence, never by the device's clock; a hole means nothing. */
  sequence: z.number().int().positive(),
  /** The device's clock when it happened; shown, never trusted for order. */
  occurredAt: instantSchema,
}

export const modelChangeSchema = z.object({
  modelId: idSchema,
  modelVersion: z.number().int().nonnegative(),
  outcome: z.enum(['activated', 'refused']),
  /** Error code of the refusal, for example `signature_invalid`. */
  reason: z.string().max(80).optional(),
})

/** Everything a device tells the server, in the device's order. Payloads are records; the audio itself travels by tus. */
export const deviceEventSchema = z.discriminatedUnion('type', [
  z.object({ ...envelope, type: z.literal('participant.registered'), payload: participantSchema }),
  z.object({ ...envelope, type: z.literal('encounter.completed'), payload: encounterSchema }),
  z.object({ ...envelope, type: z.literal('recording.saved'), payload: recordingSchema }),
  z.object({ ...envelope, type: z.literal('assessment.made'), payload: assessmentSchema }),
  z.object({ ...envelope, type: z.literal('label.given'), payload: labelSchema }),
  z.object({ ...envelope, type: z.literal('model.changed'), payload: modelChangeSchema }),
  z.object({ ...envelope, type: z.literal('participant.withdrawn'), payload: withdrawalSchema }),
])
export type DeviceEvent = z.infer<typeof deviceEventSchema>
export type DeviceEventType = DeviceEvent['type']

export const MAX_EVENTS_PER_BATCH = 200
