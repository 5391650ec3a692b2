import { z } from 'zod'

/** `GET|POST /device-policy`: what the administrator decides for every device. */
export const devicePolicySchema = z.object({
  /** A device that reached no server for so many days erases itself; null: never. */
  eraseAfterDays: z.number().int().min(7).max(3650).nullable(),
})
export type DevicePolicy = z.infer<typeof devicePolicySchema>
