import { participantSchema } from '@spira/shared/protocol/records.ts'

/** Whole years as typed; `years` is null when nothing usable was typed, `valid` false when what was typed cannot be an age. */
export function ageOf(typed: string): { readonly years: number | null; readonly valid: boolean } {
  const trimmed = typed.trim()
  if (trimmed === '') return { years: null, valid: true }
  const years = /^\d{1,3}$/.test(trimmed) ? Number(trimmed) : Number.NaN
  const valid = participantSchema.shape.ageYears.safeParse(years).success
  return { years: valid ? years : null, valid }
}
