import { createHash, randomBytes } from 'node:crypto'

/** A secret of 256 random bits, in text. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** What is kept of a random secret: a stolen database gives none. (Passwords are not random: see password.ts.) */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex')
