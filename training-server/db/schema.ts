import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import type { TokenScope } from '@spira/shared/protocol/accountsApi.ts'
import type { Answers } from '@spira/shared/protocol/answers.ts'
import type { ClinicalProtocol } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { GateCriterion, Role, RunArtefact, TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import type { Change } from '@spira/shared/protocol/changes.ts'
import type { Cohort } from '@spira/shared/protocol/cohortApi.ts'
import type { CurationSegment } from '@spira/shared/protocol/curationApi.ts'
import type { ExportRequest, ExportRow } from '@spira/shared/protocol/exportsApi.ts'
import type { RolloutStage } from '@spira/shared/protocol/rollouts.ts'
import type { ImportFailure, ImportMapping } from '@spira/shared/protocol/importsApi.ts'
import type { DeviceEvent, ModelChange } from '@spira/shared/protocol/events.ts'
import type { CurationState } from '@spira/shared/protocol/recordingFilters.ts'
import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import type { Assessment, Capture, Consent, Label, Participant, Task, Vitals } from '@spira/shared/protocol/records.ts'
import type { Alert } from '@spira/shared/protocol/monitoring.ts'
import type { RunSettings, RunTrigger } from '@spira/shared/protocol/runTriggers.ts'
import type { ModelWithdrawal } from '@spira/shared/protocol/withdrawalApi.ts'
import type { Stage, StageResources, StageState } from '@spira/shared/protocol/trainingStages.ts'
import type { StagedAudio } from '../imports/audio/stagedAudio.ts'
import type { RunPlan } from '../jobs/stages/plan.ts'
import type { GatePlan } from '../models/gate/plan.ts'
import type { SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import type { PublicKeyJwk } from '@spira/shared/protocol/deviceApi.ts'

/** The tables, as migrations/ makes them. Column names are snake_case in SQL and camelCase here (Kysely's CamelCasePlugin). */
type Instant = ColumnType<Date, Date | string, Date | string>
type NullableInstant = ColumnType<Date | null, Date | string | null, Date | string | null>

export interface Database {
  /** One row: who this server is, and since when: `epoch` is another after each restore. */
  server: { id: string; createdAt: Instant; epoch: Generated<string> }
  sites: {
    id: string
    name: string
    simulated: boolean
    createdAt: Instant
    /** Of 100 patients there, how many have the condition; null: not said. */
    prevalencePercent: Generated<number | null>
  }
  devices: {
    id: string
    siteId: string
    name: string
    publicKey: JSONColumnType<PublicKeyJwk>
    appVersion: string
    enrolledAt: Instant
    lastSeenAt: NullableInstant
    /** Position up to which it has carried out the list of changes. */
    changesDone: Generated<number>
    /** Device clock minus server clock at the last batch, milliseconds. */
    clockSkewMs: number | null
    modelVersion: number | null
    revokedAt: NullableInstant
    /** Not a device: the site's door for recordings from elsewhere. */
    imports: Generated<boolean>
  }
  /** Only the SHA-256 of a code is kept. */
  enrolmentCodes: {
    codeHash: string
    siteId: string
    createdBy: string
    expiresAt: Instant
    usedAt: NullableInstant
    usedBy: string | null
  }
  deviceChallenges: { challengeHash: string; deviceId: string; expiresAt: Instant }
  deviceTokens: { tokenHash: string; deviceId: string; expiresAt: Instant }

  /** The log as the devices wrote it. (deviceId, sequence) and id are both unique. */
  deviceEvents: {
    id: string
    deviceId: string
    sequence: number
    type: DeviceEvent['type']
    sha256: string
    body: JSONColumnType<DeviceEvent>
    occurredAt: Instant
    receivedAt: Instant
  }
  /** One row a batch: how far the device's clock was off then. Order never depends on it. */
  deviceBatches: {
    id: string
    deviceId: string
    receivedAt: Instant
    /** Device clock minus server clock, milliseconds. */
    clockSkewMs: number
    events: number
  }
  /** What devices pull, in the order of `position`, which is the order of commits; `siteId` null: for every device. */
  changes: { position: Generated<number>; siteId: string | null; body: JSONColumnType<Change>; createdAt: Instant }
  /** Tombstones: what of these participants comes late is refused room. No identity, no reference to what is gone. */
  withdrawals: {
    id: string
    participantId: string
    siteId: string
    origin: 'device' | 'console' | 'retention'
    withdrawnAt: Instant
    receivedAt: Instant
  }
  /** Encounters and recordings of withdrawn participants, by which what refers to them is known when it comes late. */
  withdrawnRecords: { id: string; participantId: string }
  /** Audio to take away, written in the transaction that took its rows: carried out at once, and again until it is done. */
  blobRemovals: { sha256: string; requestedAt: Instant }
  /** One row, or none: what the administrator decided for every device. */
  devicePolicy: { id: Generated<boolean>; eraseAfterDays: number | null; setBy: string; setAt: Instant }
  /** Stored files that nothing refers to, and when that was found. */
  blobOrphans: { sha256: string; seenAt: Instant }
  /** Who holds a copy of an exported version deletes these from it. */
  datasetWithdrawals: { datasetVersionId: string; recordingId: string; withdrawnAt: Instant }
  /** A model that learned from somebody who has withdrawn since, and what a person decided about it. */
  modelWithdrawals: {
    id: string
    modelId: string
    withdrawalId: string
    flaggedAt: Instant
    decision: ModelWithdrawal['decision']
    reason: string | null
    decidedBy: string | null
    decidedAt: NullableInstant
  }
  retentionRules: {
    id: string
    siteId: string | null
    protocol: string | null
    keepDays: number
    setBy: string
    setAt: Instant
  }
  receipts: {
    id: string
    deviceId: string
    kind: 'events' | 'recording'
    /** Recording it vouches for; null for events. Unique. */
    recordingId: string | null
    body: JSONColumnType<SignedReceipt>
    issuedAt: Instant
  }

  participants: {
    id: string
    siteId: string
    code: string
    sex: Participant['sex'] | null
    ageYears: number | null
    registeredAt: Instant
  }
  /** What came to be known later; `position` is the order in which they were filed, and the highest counts. */
  participantCorrections: {
    id: string
    position: Generated<number>
    participantId: string
    deviceId: string
    sex: Participant['sex'] | null
    ageYears: number | null
    correctedAt: Instant
  }
  encounters: {
    id: string
    participantId: string
    siteId: string
    deviceId: string
    operatorCode: string
    consent: JSONColumnType<Consent>
    vitals: JSONColumnType<Vitals>
    /** Null for encounters from before there was a clinical protocol. */
    protocolVersion: number | null
    answers: JSONColumnType<Answers> | null
    startedAt: Instant
    completedAt: Instant
  }
  /** Published versions; the first came with the server and is not in here. Rows stand as they are (trigger). */
  clinicalProtocols: {
    version: number
    body: JSONColumnType<ClinicalProtocol>
    sha256: string
    note: string
    publishedBy: string
    publishedAt: Instant
  }
  recordings: {
    id: string
    encounterId: string
    participantId: string
    deviceId: string
    task: Task
    startedAt: Instant
    sampleCount: number
    byteLength: number
    sha256: string
    capture: JSONColumnType<Capture>
    quality: JSONColumnType<QualityReport>
    /** When the audio was filed as a blob under its sha256; null until then. */
    filedAt: NullableInstant
  }
  assessments: {
    id: string
    recordingId: string
    modelId: string
    modelVersion: number
    probability: number
    threshold: number
    decision: Assessment['decision']
    body: JSONColumnType<Assessment>
    madeAt: Instant
  }
  /** Append-only. `position` is the server's order of arrival; the highest of an encounter counts. */
  labels: {
    id: string
    position: Generated<number>
    encounterId: string
    value: Label['value']
    body: JSONColumnType<Label>
    givenAt: Instant
    /** By the server's clock. */
    receivedAt: ColumnType<Date, never, never>
  }

  /** What annotators say of a recording. Append-only; the latest of each annotator counts, an adjudication above all. */
  curations: {
    id: string
    position: Generated<number>
    recordingId: string
    annotator: string
    verdict: 'approved' | 'rejected'
    reason: string | null
    noiseRating: number | null
    secondVoice: boolean | null
    segments: JSONColumnType<CurationSegment[]>
    transcription: string | null
    adjudication: boolean
    madeAt: Instant
  }
  savedFilters: { id: string; accountId: string; name: string; query: string; createdAt: Instant }
  /** One flat row a recording, for the explorer; kept by triggers (migration 0070). Never written from here. */
  recordingIndex: {
    recordingId: string
    encounterId: string
    participantId: string
    participantCode: string
    sex: Participant['sex'] | null
    ageYears: number | null
    siteId: string
    site: string
    deviceId: string
    device: string
    simulated: boolean
    task: Task
    startedAt: Instant
    durationMs: number
    filed: boolean
    quality: QualityReport['verdict']
    snrDb: number | null
    spo2: number | null
    label: Label['value'] | null
    cause: string | null
    score: number | null
    decision: Assessment['decision'] | null
    modelVersion: number | null
    threshold: number | null
    /** How far label and score are apart, 0..1. */
    disagreement: number | null
    curation: CurationState
    annotators: number
    search: string
  }

  /** Recordings from elsewhere (imports/). `list` is the CSV as it came; it goes when the import is filed or discarded. */
  imports: {
    id: string
    name: string
    status: 'staged' | 'filed' | 'undone'
    list: string | null
    mapping: ColumnType<ImportMapping | null, string | null, string | null>
    recordings: number | null
    participants: number | null
    createdBy: string
    createdAt: Instant
    filedAt: NullableInstant
    undoneAt: NullableInstant
  }
  importFiles: {
    id: string
    importId: string
    path: string
    /** bigint: PostgreSQL's driver gives it as text. */
    byteLength: ColumnType<string, number, number>
    audio: ColumnType<StagedAudio | null, string | null, never>
    failure: ImportFailure | null
  }
  importEncounters: { encounterId: string; importId: string }
  /** `sourceKey`: keyed hash of what the foreign table called the participant. */
  importParticipants: { importId: string; participantId: string; siteId: string; sourceKey: string }

  datasetVersions: {
    id: string
    name: string
    description: string
    contentHash: string
    recordings: number
    participants: number
    present: number
    absent: number
    simulated: boolean
    frozenAt: Instant
    frozenBy: string
    /** Since when participants of it have withdrawn: their items are gone, nothing trains on it any more, and `successorId` is without them. */
    withdrawnAt: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
    successorId: ColumnType<string | null, string | null | undefined, string | null>
    /** The rules it was chosen by; null: everything usable. */
    cohort: ColumnType<Cohort | null, string | null | undefined, string | null>
  }
  /** Everything a version needs is copied in, so that later labels do not change it. */
  datasetItems: {
    datasetVersionId: string
    recordingId: string
    participantId: string
    siteId: string
    task: Task
    sha256: string
    label: 0 | 1
    metadata: JSONColumnType<Record<string, string | number | null>>
  }

  exports: {
    id: string
    datasetVersionId: string
    request: JSONColumnType<ExportRequest>
    status: ExportRow['status']
    progress: number
    fileName: string
    /** bigint: PostgreSQL's driver gives it as text. */
    byteLength: ColumnType<string | null, number | null, number | null>
    /** The archive is the blob of this name. */
    sha256: string | null
    croissant: JSONColumnType<object> | null
    failure: string | null
    cancelRequested: Generated<boolean>
    createdBy: string
    createdAt: Instant
    endedAt: NullableInstant
  }

  trainingRuns: {
    id: string
    datasetVersionId: string
    status: TrainingRun['status']
    stage: TrainingRun['stage']
    progress: number
    seed: number
    network: string
    configuration: JSONColumnType<Record<string, unknown>>
    epochs: JSONColumnType<TrainingRun['epochs']>
    failure: string | null
    cancelRequested: boolean
    startedBy: string
    createdAt: Instant
    endedAt: NullableInstant
    plan: ColumnType<RunPlan, string | undefined, string>
  }
  /** The jobs of a run: what is to be done after what, by whom it was done, and what came of it (jobs/stages). */
  runStages: {
    id: string
    runId: string
    /** In the order of the plan. */
    position: number
    stage: Stage
    shard: string
    needs: JSONColumnType<string[]>
    state: StageState
    attempts: Generated<number>
    failures: Generated<number>
    progress: Generated<number>
    inputHash: string | null
    /** Names of results and their blobs. */
    output: ColumnType<Record<string, string> | null, string | null, string | null>
    outputHash: string | null
    failure: string | null
    logTail: Generated<string>
    resources: ColumnType<StageResources | null, string | null, string | null>
    startedAt: NullableInstant
    endedAt: NullableInstant
    dismissedAt: NullableInstant
    /** Of a stage that trains a model. */
    epochs: ColumnType<TrainingRun['epochs'], string | undefined, string>
  }
  /** The blobs among what stages left, by which the store knows that they are kept. */
  runStageFiles: { stageId: string; name: string; sha256: string }
  /** Features that were computed: of which audio, which features, and the blob they lie in. */
  featureFiles: {
    recordingSha256: string
    featuresHash: string
    sha256: string
    byteLength: number
    usedAt: Instant
  }
  /** What a run leaves beside its model, in the blob store. */
  trainingRunArtefacts: { runId: string; kind: RunArtefact; sha256: string; byteLength: number }
  /** Files lie in the blob store under their hashes. */
  modelVersions: {
    modelId: string
    version: number
    /** `challenger`: approved, and being rolled out or in shadow beside the champion. */
    status: 'candidate' | 'challenger' | 'champion' | 'retired'
    runId: string
    datasetVersionId: string
    /** The manifest's exact text is the blob `manifestSha256`; this is for reading. */
    manifest: JSONColumnType<ModelManifest>
    manifestSha256: string
    onnxSha256: string
    goldenSha256: string
    createdAt: Instant
  }
  releases: {
    sequence: Generated<number>
    modelId: string
    approvedBy: string
    reason: string
    releasedAt: Instant
    /** When the targets that name it were signed; null while their keys' holders have not. */
    signedAt: NullableInstant
  }
  /** Who approved a candidate and why; a first release of patients' data needs two. */
  approvals: {
    modelId: string
    approvedBy: string
    reason: string
    /** Criteria of the plan that this person overruled. */
    overridden: JSONColumnType<string[]>
    planVersion: number
    approvedAt: Instant
  }
  /** Frozen when a participant is first in a run: nobody of the holdout is ever trained on. */
  partitions: { participantId: string; partition: 'development' | 'holdout'; assignedAt: Instant }
  /** What the gate found of each candidate, and the plan it was held to, whole. */
  gateDecisions: {
    modelId: string
    planVersion: number
    planHash: string
    plan: JSONColumnType<GatePlan>
    championVersion: number | null
    underWayVersion: number | null
    criteria: JSONColumnType<GateCriterion[]>
    passed: boolean
    decidedAt: Instant
  }
  /** Once a kind, model, site and week (monitoring/). */
  alerts: {
    id: string
    kind: Alert['kind']
    modelId: string
    siteId: string
    week: string
    sentence: string
    raisedAt: Instant
    /** When the webhook took it. */
    deliveredAt: NullableInstant
    closedAt: NullableInstant
    closedBy: string | null
  }
  /** What starts runs by itself (jobs/triggers). */
  runTriggers: {
    id: string
    kind: RunTrigger['kind']
    cron: string | null
    newLabels: number | null
    settings: JSONColumnType<RunSettings>
    createdBy: string
    createdAt: Instant
    lastLookedAt: NullableInstant
    lastOutcome: string | null
    lastRunId: string | null
  }
  /** A named part of the fleet: whole sites, single devices, or both. */
  channels: {
    id: string
    name: string
    siteIds: JSONColumnType<string[]>
    deviceIds: JSONColumnType<string[]>
    createdAt: Instant
  }
  /** How a release reaches the devices; one a release. The running ones are in the signed snapshot (releases/rollouts). */
  rollouts: {
    id: string
    sequence: number
    modelId: string
    mode: 'active' | 'shadow'
    state: 'awaiting-signature' | 'running' | 'paused' | 'completed' | 'withdrawn'
    channelId: string | null
    stages: JSONColumnType<RolloutStage[]>
    /** Index into `stages`. */
    stage: number
    stageSince: NullableInstant
    /** Of the devices that reported, the share (per mille) of failures past which it pauses by itself. */
    failureLimitPermille: number
    /** Why it is paused or withdrawn. */
    reason: string | null
    startedBy: string
    createdAt: Instant
    endedAt: NullableInstant
  }
  /** What each device said of each model: took it, refused it, went back from it. The highest sequence of a device counts. */
  modelReports: {
    eventId: string
    deviceId: string
    modelId: string
    modelVersion: number
    outcome: ModelChange['outcome']
    reason: string | null
    sequence: number
    receivedAt: Instant
  }
  /** What a challenger in shadow said of a recording beside the champion; nobody at the bedside sees it. */
  shadowScores: {
    id: string
    recordingId: string
    deviceId: string
    modelId: string
    modelVersion: number
    probability: number
    decision: Assessment['decision']
    championId: string
    championProbability: number
    championDecision: Assessment['decision']
    madeAt: Instant
  }
  /** Metadata that the holders of an offline key must sign; `text` is the unsigned TUF file as they get it. */
  signingRequests: {
    id: string
    role: string
    version: number
    text: string
    reason: string
    state: 'waiting' | 'installed' | 'superseded'
    createdAt: Instant
    endedAt: NullableInstant
  }
  /** Signed TUF metadata as its exact text; `fileName` as in the repository, for example `3.targets.json`, `timestamp.json`. */
  tufMetadata: { fileName: string; role: string; version: number; text: string; createdAt: Instant }

  accounts: {
    id: string
    username: string
    /** argon2id in PHC string format; null: not chosen yet (invited), or signs in elsewhere. */
    passwordHash: string | null
    role: Role
    mustChangePassword: boolean
    failedSignIns: number
    lockedUntil: NullableInstant
    createdAt: Instant
    signInBy: Generated<'password' | 'oidc'>
    /** `issuer#sub` of who signed in elsewhere first under this name. */
    oidcSubject: string | null
    disabledAt: NullableInstant
    lastSignInAt: NullableInstant
    /** RFC 6238 secret, sealed with the server's sealing key. */
    totpSecret: string | null
    /** Null: begun and not confirmed, or off. */
    totpConfirmedAt: NullableInstant
    /** Time step of the last code that was taken: no code is taken twice (RFC 6238, 5.2). */
    totpLastStep: Generated<number>
  }
  /** At most one open link an account; only the SHA-256 of its secret is kept. */
  accountInvitations: { tokenHash: string; accountId: string; expiresAt: Instant }
  recoveryCodes: { accountId: string; codeHash: string; usedAt: NullableInstant }
  /** Sign-ins under way at the hospital's own sign-in (OpenID Connect, PKCE). */
  oidcSignIns: { stateHash: string; verifier: string; nonce: string; expiresAt: Instant }
  apiTokens: {
    id: string
    accountId: string
    name: string
    tokenHash: string
    scopes: JSONColumnType<TokenScope[]>
    createdAt: Instant
    expiresAt: Instant
    lastUsedAt: NullableInstant
  }
  sessions: { tokenHash: string; accountId: string; createdAt: Instant; expiresAt: Instant }

  /** Append-only, hash-chained: hash = SHA-256(previousHash + canonical JSON of the rest) (promise 10). */
  auditLog: {
    sequence: number
    at: Instant
    actor: string
    action: string
    subject: string
    details: JSONColumnType<Record<string, unknown>>
    previousHash: string
    hash: string
  }
}
