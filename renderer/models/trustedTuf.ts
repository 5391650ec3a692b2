import type { TrustedMetadataStore } from '@spira/shared/release/client.ts'
import type { SpiraDatabase } from '../store/database.ts'

/** Trusted release metadata in the device's database. The root was put there at enrolment. */
export const trustedTuf = (db: SpiraDatabase): TrustedMetadataStore => ({
  read: async (role) => (await db.tuf.get(role))?.text ?? null,
  write: async (role, text) => {
    await db.tuf.put({ role, text })
  },
})
