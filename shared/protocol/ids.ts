import { v7 } from 'uuid'
import { z } from 'zod'

/**
 * Every row and event carries an id made by its author (UUIDv7, RFC 9562), so that everything can be sent twice and
 * filed once. The server never makes an id for something a device wrote.
 */
export const idSchema = z.uuidv7()
export type Id = z.infer<typeof idSchema>

/** A new time-ordered id. */
export const newId = (): Id => v7()

/** Lower-case hexadecimal SHA-256. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')

/** ISO 8601 instant in UTC, as `Date.prototype.toISOString` writes it. */
export const instantSchema = z.iso.datetime()
