import { z } from 'zod'

/** What an encounter says, by field. Numbers are in the field's unit, dates are ISO days, an ICD code is as printed (`J18.9`). */
export const answersSchema = z.record(
  z.string().max(40),
  z.union([z.number(), z.boolean(), z.string().max(2000), z.array(z.string().max(40)).max(60)]),
)
export type Answers = z.infer<typeof answersSchema>
export type Answer = Answers[string]
