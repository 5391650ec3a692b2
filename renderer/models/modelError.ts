/** Why a model is not taken or does not run. Beside these, everything in shared/release/errors.ts. */
export const MODEL_ERRORS = {
  manifest_invalid: 'The model’s manifest does not have the expected form.',
  /** Signed, but another model than the release says. */
  manifest_mismatch: 'The manifest is not the one of the released files.',
  feature_spec_mismatch: 'The model asks for features that this app computes differently.',
  not_newer: 'The release is not newer than the model in use.',
  self_test_failed: 'On this machine the model does not compute what it computed when it was trained.',
  runtime_failed: 'The model could not be run.',
  runtime_timeout: 'The model did not answer in time.',
  /** It took the app down again and again, or failed again and again in use. */
  crash_loop: 'The model made the app fail again and again.',
  /** The registry took it back. */
  withdrawn: 'The model was taken back.',
  shadow_other_features: 'The model reads other features than the one in use, so it cannot score beside it.',
  bundled_damaged: 'The model that came with the app is missing or damaged. Install the app again.',
  storage_failed: 'The new model could not be stored on this device.',
} as const

export type ModelErrorCode = keyof typeof MODEL_ERRORS

/** A refusal or failure of a model; `code` is stable, the languages have the sentence. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly code: ModelErrorCode

  constructor(code: ModelErrorCode, detail = '', options?: ErrorOptions) {
    super(detail === '' ? MODEL_ERRORS[code] : `${MODEL_ERRORS[code]} (${detail})`, options)
    this.code = code
  }
}
