import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import type { ClinicalProtocol } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { Confirmed, Entries } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import type { KeptBecause, QualityFinding, QualityReport } from '@spira/shared/protocol/quality.ts'
import type { Assessment, Capture, Consent, Label, Participant, Task } from '@spira/shared/protocol/records.ts'
import type { TakeAnalysis } from '../assessment/takeAnalysis.ts'
import type { TakeTimes } from '../recording/autoStop.ts'
import type { SyncSettings } from '../sync/syncSettings.ts'

/**
 * Everything the views may ask of the device: one object, made once at start, given to the views by React context. Views hold
 * no truth of their own; services persist first and show afterwards.
 */
export interface Bedside {
  readonly device: DeviceService
  readonly encounters: EncounterService
  readonly participants: ParticipantService
  readonly protocol: ProtocolService
  readonly recorder: RecorderService
  readonly sync: SyncService
  readonly models: ModelService
  readonly withdrawals: WithdrawalService
  readonly lock: LockService
  readonly carry: CarryService
  readonly storage: Live<StorageState>
  /** Recordings whose second copy could not be written yet; always none on the web, which has no second copy. */
  readonly missingCopies: Live<number>
  readonly operator: OperatorMemory
  /** Null while the device need not say anything about it. */
  readonly outOfContact: Live<OutOfContact | null>
}

/** A value that changes, in the shape React's useSyncExternalStore takes. `get` returns the same object until it changes. */
export interface Live<T> {
  readonly get: () => T
  readonly subscribe: (listener: () => void) => () => void
}

// --- device ---------------------------------------------------------------------------------------------------------

export type DeviceState =
  | { readonly status: 'not-enrolled'; readonly erased: Erased | null }
  | {
      readonly status: 'enrolled'
      readonly deviceId: string
      readonly deviceName: string
      readonly site: { readonly id: string; readonly name: string }
      readonly serverUrl: string
    }

/** This device was erased: by the administrator's order, because its PIN was forgotten, or after a long time without the server. */
export interface Erased {
  readonly because: 'revoked' | 'forgotten' | 'out-of-contact'
  /** Epoch milliseconds. */
  readonly at: number
}

export interface DeviceService {
  readonly state: Live<DeviceState>
  /** @throws SpiraError `enrolment_code_invalid`, or SyncError `server_unreachable` / `not_the_server`. */
  enrol(request: { serverUrl: string; code: string; deviceName: string }): Promise<void>
  /**
   * The server this device is enrolled with is reached at another address from now on.
   * @throws SpiraError `device_unknown` before enrolment, or SyncError `server_unreachable` / `not_the_server`: then nothing changed.
   */
  moveServer(serverUrl: string): Promise<void>
}

/** The administrator wants devices to erase themselves after a time without the server, and this one soon will. */
export interface OutOfContact {
  /** Epoch milliseconds. */
  readonly lastContactAt: number
  /** Whole days left; 0: as soon as it has said so often enough. */
  readonly daysLeft: number
  /** Items that no server has: they would be lost. */
  readonly waiting: number
}

/** Who used this device last, by staff code; empty before the first. */
export interface OperatorMemory {
  readonly current: Live<string>
  remember(code: string): Promise<void>
}

// --- encounters -----------------------------------------------------------------------------------------------------

/** What is known of an encounter so far. Everything typed is persisted as it is typed. */
export interface EncounterDraft {
  readonly id: string
  readonly participant: Participant
  readonly operatorCode: string
  readonly consent: Consent | null
  /** Version of the clinical protocol it is filled in with, to its end, whatever is published meanwhile. */
  readonly protocolVersion: number
  /** As typed, so that nothing typed is lost; what it means, the protocol says. */
  readonly entries: Entries
  readonly confirmed: Confirmed
  /** The first step as it was typed, also where it cannot be so; what is absent was not touched in this encounter. */
  readonly typed: TypedWho
  /** When something was last entered. */
  readonly answeredAt: string | null
  readonly startedAt: string
  /** The step to resume at, and within the answers the section. */
  readonly step: EncounterStep
  readonly section: string | null
}
export type EncounterStep = 'participant' | 'consent' | 'answers' | 'record' | 'result'

/** Stays on this device, like LocalIdentity. */
export interface TypedWho {
  readonly initials?: string | undefined
  readonly recordNumber?: string | undefined
  /** The identifier rule that a person chose to read it by. */
  readonly ruleId?: string | undefined
  /** A number, bare, that is written like one with a check digit, has another, and is right as it is. */
  readonly settledNumber?: string | undefined
  /** Initials and number, as `whoTyped` joins them, that were said to be the same person's, corrected. */
  readonly samePerson?: string | undefined
  readonly age?: string | undefined
}

/** `entries`, `confirmed` and `typed` change only the fields they name. */
export type DraftChange = Partial<
  Pick<
    EncounterDraft,
    'participant' | 'operatorCode' | 'consent' | 'entries' | 'confirmed' | 'typed' | 'step' | 'section'
  >
>

export interface Take {
  readonly recordingId: string
  readonly task: Task
  readonly startedAt: string
  readonly durationMs: number
  readonly quality: QualityReport
  /** What the microphone's track was, and delivered. */
  readonly capture: Capture
  readonly state: 'taken' | 'kept' | 'rejected'
  /** `at-server`: removed here after its receipt, to make room. */
  readonly audio: 'here' | 'at-server'
  readonly outcome: AssessmentOutcome
  /** What earlier model versions said of it, the newest first. */
  readonly earlier: readonly Assessment[]
}

/** `here`: on this device. Different labels of different origins are a conflict: all are shown, the first counts. */
export interface GivenLabel extends Label {
  readonly origin: 'here' | 'another-device' | 'console'
}

/** As it was typed, whole or not; `value` is chosen or not yet. */
export interface TypedLabel {
  readonly value?: Label['value']
  readonly establishedBy?: NonNullable<Label['establishedBy']> | ''
  readonly cause?: string
  readonly establishedOn?: string
  readonly givenBy?: string
}

/** `labels`: every label of the encounter, the one that counts first. */
export interface EncounterDetail {
  readonly draft: EncounterDraft
  readonly protocol: ClinicalProtocol
  /** What this device alone knows of the person. */
  readonly identity: LocalIdentity | null
  /** Something is the participant's already: another encounter, consent, answers or sound. Who they are changes only when said to be so. */
  readonly established: boolean
  readonly state: 'draft' | 'complete'
  readonly takes: readonly Take[]
  readonly labels: readonly GivenLabel[]
  /** What was typed of a label that is not given yet; null without. */
  readonly typedLabel: TypedLabel | null
  readonly sync: EncounterSync
}

/** Truthful, per encounter: `synced` only when every event and every audio of it has a receipt. */
export type EncounterSync = 'local' | 'waiting' | 'sending' | 'synced' | 'attention'

export interface EncounterSummary {
  readonly id: string
  readonly participantId: string
  readonly participantCode: string
  readonly initials: string
  readonly step: EncounterStep
  readonly startedAt: string
  readonly state: 'draft' | 'complete'
  readonly sync: EncounterSync
  /** `failed`: the model could not read any take that it should have; null: nothing was to be read. */
  readonly decision: Assessment['decision'] | 'refused' | 'failed' | null
  readonly label: Label['value'] | null
}

export interface EncounterService {
  readonly worklist: Live<readonly EncounterSummary[]>
  /**
   * A new draft, already on disk: of a participant this device knows, or with a fresh pseudonym. Needs an enrolled device (the site
   * is the device's).
   */
  start(operatorCode: string, participantId?: string): Promise<EncounterDraft>
  detail(encounterId: string): Live<EncounterDetail | null>
  /** @throws EncounterError `participant-known`, `identity-unsettled`, `identity-replaced` on the way on from the first step. */
  update(encounterId: string, change: DraftChange): Promise<void>
  /**
   * Keeps initials and record number of the draft's participant, on this device alone, and what was typed with the draft. A number that
   * cannot be, or that another participant has, leaves the one kept before as it was; with it the draft goes no further. Of an established
   * participant neither is replaced before the draft goes on, and then only where `samePerson` says so.
   */
  identify(encounterId: string, typed: TypedIdentity): Promise<void>
  /**
   * Makes the draft one of a participant this device knows. Consent and answers given so far go: they were another's.
   *
   * @throws EncounterError `recordings-made`: sound is never moved from one participant to another.
   */
  adopt(encounterId: string, participantId: string): Promise<void>
  /**
   * Saves: in one transaction the encounter becomes complete and its events and audio enter the outbox. Needs consent and a
   * kept take that was not refused, or an explicit `keepRefused` reason is not yet part of the protocol: a refused take may be
   * saved, without a score.
   *
   * @throws EncounterError `participant-known`: another participant of this device has the record number that was typed.
   */
  complete(encounterId: string): Promise<void>
  /** Removes a draft and its audio: refusal of consent, or begun by mistake. A complete encounter is never discarded. */
  discard(encounterId: string): Promise<void>
  /** Keeps what was typed of a label that is not given yet; the label given, it is no longer kept. */
  typeLabel(encounterId: string, typed: TypedLabel): Promise<void>
  label(
    encounterId: string,
    label: Pick<Label, 'value' | 'cause' | 'establishedBy' | 'establishedOn' | 'givenBy'>,
  ): Promise<void>
}

// --- participants ---------------------------------------------------------------------------------------------------

/** Stays on this device, sealed, and is never sent. */
export interface LocalIdentity {
  /** Two to four letters for the banner, or empty. */
  readonly initials: string
  /** Record number as it is compared (recordNumber.ts), or empty. */
  readonly recordNumber: string
  /** The identifier rule it was read by; null without one, or where an earlier app did not note it. */
  readonly ruleId: string | null
}

/** Initials, and the record number with its rule, as typed. */
export interface TypedIdentity extends Pick<TypedWho, 'recordNumber' | 'ruleId' | 'settledNumber'> {
  readonly initials: string
}

/** What may tell one person from another where no record number does. */
export interface Traits {
  readonly participantId: string
  readonly initials: string
  readonly sex: Participant['sex']
  readonly ageYears: number | undefined
}

/** A participant this device has seen before. */
export interface KnownParticipant {
  readonly participant: Participant
  readonly identity: LocalIdentity | null
  readonly encounters: number
  readonly lastStartedAt: string
}

export interface ParticipantEncounter extends EncounterSummary {
  /** The most alarming score, with its interval where the model gives one. */
  readonly score: { readonly probability: number; readonly interval: { low: number; high: number } | null } | null
  readonly threshold: number | null
  readonly spo2Percent: number | null
  readonly respiratoryRatePerMin: number | null
}

/** A participant with their encounters, the oldest first. */
export interface ParticipantPage {
  readonly participant: Participant
  readonly identity: LocalIdentity | null
  readonly encounters: readonly ParticipantEncounter[]
}

export interface ParticipantService {
  /** By record number as it is compared; null when nobody on this device has it. */
  find(recordNumber: string): Promise<KnownParticipant | null>
  /**
   * Others of this device with the same initials and sex, and by now the same age within a year, who was seen last first: to be offered,
   * never more than a few. Nobody while one of the three is not known.
   */
  alike(traits: Traits): Promise<readonly KnownParticipant[]>
  page(participantId: string): Live<ParticipantPage | null>
}

// --- clinical protocol ----------------------------------------------------------------------------------------------

export interface ProtocolService {
  /** The newest version on this device: what a new encounter is filled in with. */
  readonly current: Live<ClinicalProtocol>
}

// --- recording ------------------------------------------------------------------------------------------------------

export interface Microphone {
  readonly deviceId: string
  readonly label: string
}

/** Codes of MicrophoneError. The sentence is in the languages. */
export type MicrophoneErrorCode =
  | 'microphone-refused'
  | 'microphone-missing'
  | 'microphone-busy'
  | 'microphone-unplugged'
  | 'storage-full'

export interface RecordingLevels {
  readonly state: 'recording' | 'stopping' | 'ended'
  readonly elapsedMs: number
  /** RMS of the last 50 ms and peak since the last reading, dBFS, -100 for silence. */
  readonly levelDbfs: number
  readonly peakDbfs: number
  readonly clipping: boolean
  /** Window scores so far are not shown as a result before the recording has ended and its quality is known. */
  readonly windowsScored: number
  /** How long nothing has been heard since the patient began; 0 where the task does not end by silence. */
  readonly silentMs: number
  /** Whether the patient has begun; true where nobody listens for that. */
  readonly heard: boolean
  /** Set when the task's own rules ended it. */
  readonly endedBy: 'silence' | 'longest' | null
  /** Set when the recording ended by itself, for example `microphone-unplugged`; what was recorded is kept. */
  readonly problem: MicrophoneErrorCode | null
}

export type AssessmentOutcome =
  | { readonly status: 'scored'; readonly assessment: Assessment; readonly findings: readonly QualityFinding[] }
  | { readonly status: 'refused'; readonly findings: readonly QualityFinding[] }
  /** The audio is safe, the model could not run; `reason` is an error code. */
  | { readonly status: 'failed'; readonly reason: string }

export interface ActiveRecording {
  readonly recordingId: string
  readonly live: Live<RecordingLevels>
  /** Min/max pairs in [-1, 1] of the newest samples since the last call, one pair per 10 ms, for the scrolling waveform. */
  takeWaveform(): Float32Array
  /** Spectrogram columns since the last call, [columns][bands] (see SPECTROGRAM): one per 10 ms. */
  takeSpectrogram(): Uint8Array
  /** Ends the take. Resolves when every chunk is on disk and the result stands. */
  stop(): Promise<Take>
  /** Ends and removes it. */
  cancel(): Promise<void>
}

/** A recording that a crash or power cut ended: everything but at most the last chunk is on disk. */
export interface InterruptedRecording {
  readonly recordingId: string
  readonly encounterId: string
  readonly participantCode: string
  readonly task: Task
  readonly startedAt: string
  readonly durationMs: number
}

/** A microphone being tried: nothing of it is kept. */
export interface MicrophoneTest {
  /** What the track says of itself; what it delivered is told with the rest when it ends. */
  readonly capture: Capture
  readonly live: Live<Pick<RecordingLevels, 'elapsedMs' | 'levelDbfs' | 'peakDbfs' | 'clipping'>>
  takeWaveform(): Float32Array
  takeSpectrogram(): Uint8Array
  /** Ends it and gives what was heard. */
  stop(): Promise<{ readonly audio: Blob; readonly quality: QualityReport; readonly capture: Capture }>
}

export interface RecorderService {
  readonly interrupted: Live<readonly InterruptedRecording[]>
  microphones(): Promise<readonly Microphone[]>
  /** @throws MicrophoneError with a MicrophoneErrorCode. One recording at a time. */
  start(request: {
    encounterId: string
    task: Task
    microphoneId?: string
    /** The task's times: the take ends by itself at its longest time, or after its silence. Without them only the operator ends it. */
    times?: TakeTimes
  }): Promise<ActiveRecording>
  /** Hears the microphone without keeping anything. @throws MicrophoneError. Not while a recording runs. */
  testMicrophone(microphoneId?: string): Promise<MicrophoneTest>
  /** Closes an interrupted recording as a take (quality finding `interrupted`, then assessed like any other). */
  recover(recordingId: string): Promise<Take>
  discardInterrupted(recordingId: string): Promise<void>
  /** Marks a take as redone. It stays stored, marked, and is neither sent nor scored again. */
  reject(recordingId: string): Promise<void>
  /** Notes why a take that is refused a score is kept all the same. */
  keep(recordingId: string, because: KeptBecause): Promise<void>
  /** What can be seen and measured of it. */
  analyse(recordingId: string): Promise<TakeAnalysis>
  /**
   * Has the active model read every scored take of an encounter that it has not read yet. Each reading is added, none is replaced; of a
   * complete encounter it is sent. @returns how many were added. @throws ModelError when no model runs.
   */
  readAgain(encounterId: string): Promise<number>
  /** The take as WAV, to hear it. */
  audio(recordingId: string): Promise<Blob>
}

// --- sync and models ------------------------------------------------------------------------------------------------

export interface SyncState {
  /**
   * `unreachable`: no server (no network, or it is down). `not-the-server`: something else answers, such as a captive portal. `held`:
   * the settings do not allow this network.
   */
  readonly phase: 'idle' | 'sending' | 'unreachable' | 'not-the-server' | 'held' | 'attention'
  /** Items by state: events and audio. */
  readonly waiting: number
  readonly sending: number
  readonly synced: number
  readonly attention: readonly { readonly id: string; readonly kind: 'event' | 'audio'; readonly reason: string }[]
  /** Error code of a refusal of the whole device, such as `device_revoked`; the items stay queued. The phase is then `attention`. */
  readonly refusal: string | null
  readonly bytesWaiting: number
  /** Of what has waited since the queue was last empty, in [0, 1]: how much is done. 1 when nothing is left. */
  readonly share: number
  /** Until nothing is left, at the rate of the last seconds; null while it cannot be told. */
  readonly secondsLeft: number | null
  /** The server's clock minus this device's, at the last contact; null before the first. Shown, and trusted for nothing. */
  readonly clockSkewMs: number | null
  readonly lastReceiptAt: string | null
  readonly nextAttemptAt: string | null
}

export interface SyncService {
  readonly state: Live<SyncState>
  readonly settings: Live<SyncSettings>
  changeSettings(settings: SyncSettings): Promise<void>
  /** Everything that waits or needs attention, now, on whatever network. */
  sendNow(): Promise<void>
  /** One item that needed attention, once more. */
  retry(id: string): Promise<void>
}

/** The way to the server without a network: a file on a USB stick, sealed for the server alone, and its receipts back. */
export interface CarryService {
  /**
   * Writes everything the server does not have to a file where the person says. It stays here until its receipt comes, by file or with
   * the next contact.
   *
   * @returns false when the person thought better of it. @throws SyncFileError `export-unsupported`, ShellRefusal.
   */
  exportWaiting(): Promise<boolean>
  /** @returns how many items are synced by the receipts; null when the person thought better of it. @throws SyncFileError. */
  importReceipts(): Promise<number | null>
}

export interface WithdrawalService {
  /**
   * The participant takes their consent back: everything of theirs on this device is erased for good, at once and without a network;
   * the server is told as soon as it can be reached. Cannot be undone.
   */
  withdraw(request: {
    readonly participantId: string
    /** Staff code of whoever records it. */
    readonly recordedBy: string
    readonly textVersion?: string
    readonly language?: Consent['language']
  }): Promise<void>
}

/** `low`: a warning in time. `full`: a new recording could not be kept, and is refused. */
export interface StorageState {
  readonly room: 'enough' | 'low' | 'full' | 'unknown'
  readonly freeBytes: number | null
  readonly minutesLeft: number | null
  /** Whether the browser promised not to clear the data; null where it does not say. */
  readonly persisted: boolean | null
}

export interface LockState {
  /** `needed`: on the web nothing is recorded before a PIN is chosen. `optional`: the operating system keeps the key. */
  readonly status: 'needed' | 'optional' | 'chosen'
  /** So long without a touch, and it locks; never during a recording. */
  readonly idleMinutes: number
}

export interface LockService {
  readonly state: Live<LockState>
  /** The first PIN. @throws LockError `pin-weak`. */
  choosePin(pin: string): Promise<void>
  /** @throws LockError `pin-wrong`, `pin-wait`, `pin-weak`. */
  changePin(current: string, next: string): Promise<void>
  setIdleMinutes(minutes: number): Promise<void>
  lockNow(): void
}

export interface ActiveModel {
  readonly manifest: ModelManifest
  readonly source: 'bundled' | 'release'
}

export interface ModelState {
  readonly active: ActiveModel | null
  readonly update: 'none' | 'checking' | 'downloading' | 'self-test' | 'refused'
  /** Error code of the last refusal; the active model went on unharmed. */
  readonly refusal: string | null
  /** When the server last said what may run; null when it never has. Kept over restarts. */
  readonly lastCheckedAt: string | null
}

export interface ModelService {
  readonly state: Live<ModelState>
  checkNow(): Promise<void>
  /** Takes a release from a carried file (USB stick), verified as if it came from the server. What became of it is in `state`. */
  takeFile(file: Blob): Promise<void>
}
