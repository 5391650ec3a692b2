/**
 * One table of every refusal: `status` for HTTP, `message` for a person. Clients switch on the code, people read the
 * message, which says what happened and what to do next. `{name}` is filled from the error's details.
 */
export const ERRORS = {
  not_found: { status: 404, message: 'There is nothing at this address.' },
  invalid_request: { status: 400, message: 'The request does not have the expected form: {detail}.' },
  internal: {
    status: 500,
    message: 'The server failed. Nothing was filed; the device keeps everything and tries again.',
  },
  rate_limited: { status: 429, message: 'Too many requests. Wait {seconds} s and try again.' },
  // devices
  protocol_unsupported: {
    status: 426,
    message:
      'This app speaks protocol {got}, the server {expected}. Everything stays on this device until {older} is updated.',
  },
  enrolment_code_invalid: {
    status: 403,
    message: 'This enrolment code is unknown, used or expired. Ask the administrator for a new one.',
  },
  device_unknown: {
    status: 401,
    message: 'This device is not enrolled here. Enrol it with a code from the administrator.',
  },
  device_revoked: {
    status: 403,
    message: 'This device was revoked by the administrator and can no longer synchronise.',
  },
  challenge_invalid: { status: 401, message: 'The sign-in challenge is unknown, used or expired. Ask for a new one.' },
  signature_invalid: { status: 401, message: 'The signature does not match the enrolled key.' },
  token_invalid: { status: 401, message: 'The token is missing, wrong or expired. Sign in again with the device key.' },
  // ingest
  participant_of_other_site: {
    status: 409,
    message: 'This participant belongs to another site; the record was not filed.',
  },
  reference_unknown: { status: 409, message: 'The record refers to {what}, which the server does not have yet.' },
  record_conflict: {
    status: 409,
    message: 'A record with this id but other content is already filed; the first one stands.',
  },
  sequence_conflict: {
    status: 409,
    message: 'Event number {sequence} of this device was already filed with another id.',
  },
  recording_unknown: { status: 409, message: 'Send the recording.saved event before its audio.' },
  upload_unknown: {
    status: 404,
    message: 'This upload is unknown or expired. Start it again; the device still has the audio.',
  },
  upload_incomplete: { status: 409, message: 'The upload has {got} of {expected} bytes. Resume it.' },
  upload_protocol: { status: 412, message: 'Uploads are taken by tus 1.0.0 alone; nothing was done.' },
  upload_type: { status: 415, message: 'The body of an upload is application/offset+octet-stream; nothing was done.' },
  upload_too_large: { status: 413, message: 'An upload may have {most} bytes at most.' },
  uploads_pending: {
    status: 429,
    message:
      'This device has begun {open} uploads and finished none of them; {most} may be open. Nothing is lost: it goes on by itself when some are finished or have expired.',
  },
  hash_mismatch: {
    status: 422,
    message: 'The audio received is not the audio recorded (SHA-256 differs). It was discarded; send it again.',
  },
  participant_withdrawn: {
    status: 410,
    message: 'This participant has withdrawn: nothing of theirs is kept here, and the device erases what it has.',
  },
  cursor_invalid: { status: 400, message: 'This place in the list of changes is unknown. Ask from the beginning.' },
  audio_invalid: { status: 422, message: 'The audio is not a 16 kHz mono PCM16 WAV: {detail}.' },
  audio_conflict: { status: 409, message: 'This recording is already filed with other audio; the first stands.' },
  carried_file_invalid: {
    status: 422,
    message: 'This file cannot be read: {detail}. What was read before is filed; export the file again at the device.',
  },
  carried_file_of_other_server: {
    status: 422,
    message: 'This file was sealed for another server. Import it there; nothing of it was read.',
  },
  // recordings from elsewhere
  import_file_refused: {
    status: 422,
    message: 'The file was not taken: {detail}. The others of this import stay as they are.',
  },
  import_too_large: { status: 413, message: 'An import holds {most} at most. Divide it, and import the parts.' },
  import_not_staged: { status: 409, message: 'This import is {status} already; nothing was changed.' },
  import_invalid: {
    status: 409,
    message: 'Nothing was filed: {errors} rows have an error. Correct the list or the columns, then check again.',
  },
  import_column_unknown: { status: 422, message: 'The list has no column "{column}". Choose another.' },
  import_in_use: {
    status: 409,
    message:
      'Recordings of this import are in the dataset version "{name}", which does not change. Withdraw the participants instead.',
  },
  site_name_taken: { status: 409, message: 'There is a site named "{name}" already. Choose another name.' },
  channel_name_taken: { status: 409, message: 'There is a channel named "{name}" already. Choose another name.' },
  backup_running: { status: 409, message: 'A backup is being made already. Wait for it.' },
  // clinical protocol
  protocol_unchanged: { status: 409, message: 'This is what version {version} says already; nothing was published.' },
  protocol_version_taken: {
    status: 409,
    message: 'Version {version} was published meanwhile. Read it, then publish yours after it.',
  },
  protocol_consent_version: {
    status: 409,
    message:
      'The consent text says something else than version {version} published as "{consent}"; nothing was published. Give the changed text a new consent version.',
  },
  answers_invalid: { status: 422, message: 'The answer to "{field}" cannot be under protocol version {version}.' },
  // console
  sign_in_failed: { status: 401, message: 'User name or password is wrong.' },
  sign_in_locked: { status: 429, message: 'Too many failed sign-ins. Wait {seconds} s.' },
  not_signed_in: { status: 401, message: 'Sign in first.' },
  forbidden: { status: 403, message: 'Your role does not allow this.' },
  never_exported: {
    status: 403,
    message: 'Spoken consent and ward noise are for people to hear at the console: no program fetches them.',
  },
  password_change_required: { status: 403, message: 'Choose a password of your own first.' },
  password_weak: { status: 400, message: 'Use at least 12 characters, not the old password.' },
  second_factor_required: { status: 401, message: 'Type the code of your authenticator app, or a recovery code.' },
  second_factor_wrong: {
    status: 401,
    message: 'This code is wrong, used or too old. Wait for the next one, or use a recovery code.',
  },
  second_factor_not_begun: { status: 409, message: 'Begin again: there is no new second factor to confirm.' },
  invitation_invalid: {
    status: 404,
    message: 'This link is unknown, used or expired. Ask the administrator for a new one.',
  },
  username_taken: { status: 409, message: 'There is an account named "{username}" already. Choose another name.' },
  last_administrator: {
    status: 409,
    message: 'This is the last administrator who can sign in. Give that role to somebody else first.',
  },
  oidc_off: { status: 404, message: 'No other sign-in is set up on this server.' },
  oidc_failed: { status: 401, message: 'The other sign-in did not confirm who you are. Begin again.' },
  oidc_unknown: {
    status: 403,
    message: 'You are signed in there, but nobody invited you here. Ask the administrator for an account.',
  },
  csrf: { status: 403, message: 'The request did not come from this site.' },
  dataset_empty: { status: 409, message: 'No recording is labelled and usable yet: there is nothing to freeze.' },
  dataset_unchanged: {
    status: 409,
    message: 'Nothing has changed since version "{name}" was frozen: use that one ({id}).',
  },
  name_taken: { status: 409, message: 'There is a dataset version named "{name}" already. Choose another name.' },
  dataset_withdrawn: {
    status: 409,
    message: 'A participant of this dataset version has withdrawn. Use the version without them: {successor}.',
  },
  recording_damaged: {
    status: 500,
    message:
      'The sound of recording {id} is damaged or missing on the server: nothing was exported. Bring the file back from a backup and export again; the other recordings are as they were.',
  },
  dataset_too_small: {
    status: 409,
    message: 'Training needs at least {needed} participants of each class; this version has {got}.',
  },
  run_not_cancellable: { status: 409, message: 'This run has already ended.' },
  run_not_failed: { status: 409, message: 'Only a run that has failed can be tried again.' },
  run_under_way: {
    status: 409,
    message:
      'The run that left this model is under way. Wait until it has ended, or cancel it, then have the model judged again.',
  },
  judged_already: {
    status: 409,
    message: 'This model was judged by the plan and beside the champion in force. There is nothing to judge again.',
  },
  model_not_candidate: {
    status: 409,
    message: 'Only a candidate can be judged and approved; this model version is {status}.',
  },
  signature_refused: {
    status: 409,
    message: 'The signed files were not taken: {detail} Nothing was changed.',
  },
  approved_already: { status: 409, message: 'You have approved this model already. Another person must, too.' },
  shadow_outdated: {
    status: 409,
    message:
      'This challenger was judged beside another champion or release than today’s. Take it back, and have its dataset version trained on again: what comes of it is compared with those.',
  },
  rollout_not_possible: { status: 409, message: 'This rollout is {state}: {what} is not possible.' },
  gate_failed: { status: 409, message: 'The candidate did not pass its gate: {detail}.' },
} as const satisfies Record<string, { status: number; message: string }>

export type ErrorCode = keyof typeof ERRORS

/** An expected refusal. Anything else that is thrown is a defect and answers `internal`. */
export class SpiraError extends Error {
  override readonly name = 'SpiraError'
  readonly code: ErrorCode
  readonly status: number

  constructor(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}, options?: ErrorOptions) {
    super(
      ERRORS[code].message.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? `{${name}}`)),
      options,
    )
    this.code = code
    this.status = ERRORS[code].status
  }

  /** The refusal a server sent: its own sentence, in which the details are already filled in. */
  static received(code: ErrorCode, message: string): SpiraError {
    const error = new SpiraError(code)
    error.message = message
    return error
  }
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code)
