import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'
import {
  assessmentSchema,
  encounterSchema,
  labelSchema,
  participantCorrectionSchema,
  participantSchema,
  recordingSchema,
} from './records.ts'
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
  /**
   * `activated`: it scores from now on. `refused`: never taken. `returned`: it was in use and is not any more. `shadowing`: it
   * scores silently beside the active one.
   */
  outcome: z.enum(['activated', 'refused', 'returned', 'shadowing']),
  /** Why it was refused or left, as an error code, for example `signature_invalid`, `self_test_failed`, `crash_loop`, `withdrawn`. */
  reason: z.string().max(80).optional(),
})
export type ModelChange = z.infer<typeof modelChangeSchema>

/** What a challenger in shadow mode said of a recording that the champion scored. Never shown at the bedside. */
export const shadowScoreSchema = z.object({
  id: idSchema,
  recordingId: idSchema,
  modelId: idSchema,
  modelVersion: z.number().int().nonnegative(),
  probability: z.number().min(0).max(1),
  decision: assessmentSchema.shape.decision,
  champion: z.object({
    modelId: idSchema,
    probability: z.number().min(0).max(1),
    decision: assessmentSchema.shape.decision,
  }),
  madeAt: instantSchema,
})
export type ShadowScore = z.infer<typeof shadowScoreSchema>

/** Everything a device tells the server, in the device's order. Payloads are records; the audio itself travels by tus. */
export const deviceEventSchema = z.discriminatedUnion('type', [
  z.object({ ...envelope, type: z.literal('participant.registered'), payload: participantSchema }),
  z.object({ ...envelope, type: z.literal('participant.corrected'), payload: participantCorrectionSchema }),
  z.object({ ...envelope, type: z.literal('encounter.completed'), payload: encounterSchema }),
  z.object({ ...envelope, type: z.literal('recording.saved'), payload: recordingSchema }),
  z.object({ ...envelope, type: z.literal('assessment.made'), payload: assessmentSchema }),
  z.object({ ...envelope, type: z.literal('label.given'), payload: labelSchema }),
  z.object({ ...envelope, type: z.literal('model.changed'), payload: modelChangeSchema }),
  z.object({ ...envelope, type: z.literal('participant.withdrawn'), payload: withdrawalSchema }),
  z.object({ ...envelope, type: z.literal('model.shadowed'), payload: shadowScoreSchema }),
])
export type DeviceEvent = z.infer<typeof deviceEventSchema>
export type DeviceEventType = DeviceEvent['type']

export const MAX_EVENTS_PER_BATCH = 200
