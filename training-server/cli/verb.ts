/** A verb of the command line: one file in verbs/, named as it is typed. */
export interface Verb {
  /** One line for the list of verbs. */
  readonly summary: string
  /** Arguments and options, as `spira VERB --help` prints them. */
  readonly help: string
  /** @returns the exit code: 0 done, 1 the thing asked for failed or did not agree, 2 it was asked for wrongly. */
  run(args: readonly string[]): Promise<number>
}

/** Asked for wrongly: the sentence is printed with the verb's help, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
