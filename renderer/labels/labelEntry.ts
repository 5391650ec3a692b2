import { establishedBySchema, type Label } from '@spira/shared/protocol/records.ts'
import { z } from 'zod'
import { localDay } from '../protocol/protocols.ts'

export const LABEL_VALUES = ['present', 'absent', 'unknown'] as const satisfies readonly Label['value'][]

type Sentence = 'label.valueNeeded' | 'label.howNeeded' | 'label.whenInvalid' | 'label.whenFuture' | 'label.byNeeded'

/** What the form of a label takes. Present and absent say how that was established; what is not known need not. */
export const labelEntrySchema = (text: (sentence: Sentence) => string) =>
  z
    .object({
      value: z.enum(LABEL_VALUES, text('label.valueNeeded')),
      establishedBy: z.union([z.literal(''), establishedBySchema]),
      cause: z.string().trim().max(80),
      establishedOn: z
        .union([z.literal(''), z.iso.date(text('label.whenInvalid'))])
        .refine((day) => day <= localDay(), text('label.whenFuture')),
      givenBy: z.string().trim().min(1, text('label.byNeeded')).max(40),
    })
    .refine(({ value, establishedBy }) => value === 'unknown' || establishedBy !== '', {
      path: ['establishedBy'],
      message: text('label.howNeeded'),
    })
