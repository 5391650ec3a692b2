import type { ConsoleText } from '../catalogue.ts'
import { RequestFailure } from './request.ts'

/** Refusals that hold no value of their own and are said in the reader's language; all others in the server's sentence. */
const TRANSLATED = [
  'sign_in_failed',
  'second_factor_wrong',
  'invitation_invalid',
  'last_administrator',
  'oidc_failed',
  'oidc_unknown',
  'not_signed_in',
  'forbidden',
  'password_weak',
  'internal',
  'dataset_empty',
  'run_not_cancellable',
  'run_not_failed',
  'run_under_way',
  'judged_already',
  'unreachable',
  'not_the_server',
] as const

/** The sentence a person reads for a request that failed. */
export function failureText(text: ConsoleText, error: unknown): string {
  if (!(error instanceof RequestFailure)) return error instanceof Error ? error.message : String(error)
  const known = TRANSLATED.find((code) => code === error.code)
  return known === undefined ? error.message : text(`failure.${known}`)
}
