export type EncounterErrorCode =
  | 'not-enrolled'
  | 'encounter-unknown'
  | 'encounter-complete'
  | 'consent-missing'
  | 'answers-unsettled'
  | 'recording-missing'
  | 'recording-unfinished'
  | 'recordings-made'
  | 'take-unexplained'
  | 'participant-known'
  | 'identity-unsettled'
  | 'identity-replaced'
  | 'participant-unknown'

const MESSAGES: Readonly<Record<EncounterErrorCode, string>> = {
  'not-enrolled': 'This device belongs to no site yet. Enrol it with a code from the administrator.',
  'encounter-unknown': 'This encounter is not on this device.',
  'encounter-complete': 'This encounter is complete; nothing in it changes any more.',
  'consent-missing': 'Consent was not given yet.',
  'answers-unsettled': 'An answer cannot be, or is unusual and not confirmed yet.',
  'recording-missing': 'There is no recording to save yet.',
  'recording-unfinished': 'A recording is still running or was interrupted. Stop, recover or discard it first.',
  'take-unexplained': 'A recording that is refused a score is kept with a reason only. Record it again, or say why.',
  'recordings-made': 'Recordings were already made; they stay with the participant they were made of.',
  'participant-known': 'Another participant on this device has this record number.',
  'identity-unsettled':
    'The record number or the age in the first step cannot be so. Correct it there, or take it out.',
  'identity-replaced':
    'Other initials or another record number were typed of somebody who has recordings or answers. Say who it is.',
  'participant-unknown': 'This participant is not on this device.',
}

/** Why an encounter cannot be changed or saved. Nothing was changed. */
export class EncounterError extends Error {
  override readonly name = 'EncounterError'
  readonly code: EncounterErrorCode

  constructor(code: EncounterErrorCode, options?: ErrorOptions) {
    super(MESSAGES[code], options)
    this.code = code
  }
}
