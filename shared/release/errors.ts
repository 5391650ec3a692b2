/**
 * Every reason for which release metadata or a release's file is not taken. Clients switch on the code; the sentence is for a
 * person. Whatever the reason, the device goes on with the model it runs.
 */
export const RELEASE_ERRORS = {
  /** No metadata of this role was signed by any trusted key: an attacker, or a server of another installation. */
  signature_invalid: 'The {role} metadata is not signed by a key this device trusts. Nothing of it was taken.',
  /** Some trusted keys signed, but fewer than the role asks for. */
  threshold_not_met:
    'The {role} metadata carries {got} trusted signatures, {needed} are needed. Nothing of it was taken.',
  /** Older than what the device has already seen. */
  version_rollback:
    'The server offers {role} version {got}, older than version {known} that this device already trusts.',
  /** Mix-and-match: a file is whole and signed, but not the version the metadata above it names. */
  version_mismatch: 'The {role} metadata is version {got}, version {needed} was announced. Try again later.',
  /** Freeze attack, a server that no longer renews its metadata, or a wrong clock here. */
  metadata_expired: 'The {role} metadata expired at {expires}. Check the clock of this device, then the server.',
  hash_mismatch: '{path} is not the file that was signed (SHA-256 differs). It was discarded.',
  length_mismatch: '{path} has {got} bytes, {needed} were signed for. It was discarded.',
  /** Endless data: reading stopped at the limit. */
  too_large: '{path} is larger than the {limit} bytes allowed. Reading stopped there.',
  /** Not JSON, not of the role's form, or without what the role must name. */
  metadata_invalid: 'The {role} metadata does not have the expected form: {detail}.',
  /** The store holds no root: the device was never enrolled with this server. */
  root_missing: 'This device has no trusted root for releases. Enrol it again.',
  not_found: 'The server has no {path}.',
  unreachable: 'The server could not be reached for {path}: {detail}.',
} as const

export type ReleaseErrorCode = keyof typeof RELEASE_ERRORS

/** Release metadata or a file was refused, or could not be had. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError'
  readonly code: ReleaseErrorCode

  constructor(code: ReleaseErrorCode, details: Readonly<Record<string, string | number>> = {}, options?: ErrorOptions) {
    super(
      RELEASE_ERRORS[code].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? `{${name}}`)),
      options,
    )
    this.code = code
  }
}
