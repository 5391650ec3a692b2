import type { FieldError } from 'react-hook-form'
import type { ConsoleText } from '../catalogue.ts'

/** What is wrong with a field, from the kind of its zod issue: the schema is the server's and speaks no language. */
export function fieldError(text: ConsoleText, error: FieldError | undefined): string | undefined {
  if (error === undefined) return undefined
  if (error.type === 'too_big') return text('form.tooMuch')
  if (error.type === 'custom') return text('form.notTheSame')
  return text('form.tooLittle')
}
