import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'

/**
 * A participant takes the consent back. Nothing of theirs may be kept anywhere after it (promise 8); that it happened, when, and
 * in which words it was explained, is kept, without identity.
 */
export const withdrawalSchema = z.object({
  id: idSchema,
  participantId: idSchema,
  /** The device's clock; shown, never trusted for order. */
  withdrawnAt: instantSchema,
  /** Code of the staff member who recorded it, never of the patient. */
  recordedBy: z.string().trim().min(1).max(40),
  /** Version and language of the text in which the consequences were explained, where there was one. */
  textVersion: z.string().min(1).max(40).optional(),
  language: z.enum(['pt-BR', 'en', 'es']).optional(),
})
export type Withdrawal = z.infer<typeof withdrawalSchema>
