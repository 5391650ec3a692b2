import { z } from 'zod'
import { clinicalProtocolSchema } from './clinicalProtocol.ts'
import { instantSchema, sha256Schema } from './ids.ts'

/** `GET /clinical-protocols`: every version, the newest first; `GET /clinical-protocols/:version`: one of them. */
export const protocolVersionSchema = z.object({
  version: z.number().int(),
  sha256: sha256Schema,
  note: z.string(),
  /** Null for the one that came with the server. */
  publishedBy: z.string().nullable(),
  publishedAt: instantSchema.nullable(),
  /** Encounters filed that were filled in with it. */
  encounters: z.number().int(),
})
export type ProtocolVersion = z.infer<typeof protocolVersionSchema>

/** `POST /clinical-protocols`: publishes the next version; `protocol` is read by clinicalProtocolSchema, its version is given. */
export const publishProtocolBodySchema = z.object({
  note: z.string().trim().min(3).max(500),
  protocol: clinicalProtocolSchema,
})
