import type { z } from 'zod'

/** A verb of the command line: one file in verbs/, named as it is typed. */
export interface Verb {
  /** One line for the list of verbs. */
  readonly summary: string
  /** Arguments and options, as `spira VERB --help` prints them. */
  readonly help: string
  /** @returns the exit code, as EXIT_CODES says. */
  run(args: readonly string[]): Promise<number>
}

/** As every --help ends with. */
export const EXIT_CODES = 'Exit codes: 0 done; 1 it failed, or found what must not be; 2 it was asked for wrongly.'

/** Asked for wrongly: the sentence is printed with the verb's help, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What was given for an option, as it must be. @throws UsageError that names the option */
export function optionOf<T>(name: string, schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new UsageError(`${name}: ${parsed.error.issues.map(({ message }) => message).join('; ')}`)
}
