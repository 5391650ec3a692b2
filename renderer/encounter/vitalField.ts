import { type Vitals, vitalsPlausible, vitalsSchema } from '@spira/shared/protocol/records.ts'

export type VitalName = keyof typeof vitalsPlausible
export const VITAL_NAMES = [
  'spo2Percent',
  'heartRatePerMin',
  'respiratoryRatePerMin',
] as const satisfies readonly VitalName[]

/** `ask`: possible, but so unusual that it is asked once more. `impossible`: refused. */
export type VitalReading =
  | { readonly status: 'empty' | 'not-a-number' | 'not-whole' }
  | { readonly status: 'impossible' | 'ask' | 'fine'; readonly value: number }

/** What a typed value means; comma and point are both decimal marks. */
export function readVital(name: VitalName, typed: string): VitalReading {
  const trimmed = typed.trim()
  if (trimmed === '') return { status: 'empty' }
  if (!/^\d{1,3}([.,]\d{1,2})?$/.test(trimmed)) return { status: 'not-a-number' }
  const value = Number(trimmed.replace(',', '.'))
  if (name !== 'spo2Percent' && !Number.isInteger(value)) return { status: 'not-whole' }
  if (!vitalsSchema.shape[name].safeParse(value).success) return { status: 'impossible', value }
  const { min, max } = vitalsPlausible[name]
  return { status: value < min || value > max ? 'ask' : 'fine', value }
}

/** Limits of what is possible, from the protocol, to be named in the refusal. */
export function possibleRange(name: VitalName): { min: number; max: number } {
  const { minValue, maxValue } = vitalsSchema.shape[name].unwrap()
  return { min: minValue ?? 0, max: maxValue ?? Infinity }
}

/** The vitals as far as they are possible; what cannot be is left out, and the form says so. */
export function vitalsOf(typed: Readonly<Record<VitalName, string>>, measuredAt: string): Vitals {
  const vitals: Vitals = { measuredAt }
  for (const name of VITAL_NAMES) {
    const reading = readVital(name, typed[name])
    if (reading.status === 'fine' || reading.status === 'ask') vitals[name] = reading.value
  }
  return vitals
}
