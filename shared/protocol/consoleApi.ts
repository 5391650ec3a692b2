import { z } from 'zod'
import { spokenTextSchema } from './clinicalProtocol.ts'
import { cohortSchema } from './cohortApi.ts'
import { idSchema, instantSchema, sha256Schema } from './ids.ts'
import { rolloutRequestSchema } from './rollouts.ts'
import { epochSchema, stageSchema } from './trainingStages.ts'

/** The console's API. A session cookie signs it; every change carries the header `x-spira-console: 1` (CSRF). */
export const CONSOLE_API = '/api/console/v1'

export const roleSchema = z.enum(['administrator', 'researcher', 'annotator', 'clinician-lead', 'auditor'])
export type Role = z.infer<typeof roleSchema>

/** `GET|POST|DELETE /session`, `POST /password`. */
export const accountSchema = z.object({
  id: idSchema,
  username: z.string(),
  role: roleSchema,
  mustChangePassword: z.boolean(),
})
export type Account = z.infer<typeof accountSchema>
export const signInBodySchema = z.object({
  username: z.string().min(1).max(80),
  password: z.string().min(1).max(200),
  /** Of the authenticator app, or a recovery code; asked for by `second_factor_required`. */
  code: z.string().trim().min(6).max(20).optional(),
})
export const changePasswordBodySchema = z.object({ current: z.string().max(200), next: z.string().max(200) })

/** `GET /overview`: the counts at the head of the console. */
export const overviewSchema = z.object({
  participants: z.number().int(),
  encounters: z.number().int(),
  recordings: z.number().int(),
  labelled: z.number().int(),
  devices: z.number().int(),
  champion: z.object({ modelId: idSchema, version: z.number().int() }).nullable(),
})
export type Overview = z.infer<typeof overviewSchema>

/** `GET|POST /dataset-versions`; what leaves of one is an export (exportsApi.ts). */
export const datasetVersionSchema = z.object({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  contentHash: sha256Schema,
  recordings: z.number().int(),
  participants: z.number().int(),
  present: z.number().int(),
  absent: z.number().int(),
  simulated: z.boolean(),
  frozenAt: instantSchema,
  frozenBy: z.string(),
  /** Since when participants of it have withdrawn; then nothing trains on it or exports it, and `successorId` is without them. */
  withdrawnAt: instantSchema.nullable(),
  successorId: idSchema.nullable(),
})
export type DatasetVersion = z.infer<typeof datasetVersionSchema>
export const freezeNameSchema = z.object({
  name: z.string().trim().min(1).max(80),
  description: z.string().max(2000).default(''),
})
/** Without a cohort: everything usable. */
export const freezeBodySchema = freezeNameSchema.extend({ cohort: cohortSchema.optional() })

/** `GET|POST /training-runs`, `GET /training-runs/:id`, `POST /training-runs/:id/cancel`. */
export const runStageSchema = z.enum(['queued', ...stageSchema.options, 'done'])
export const trainingRunSchema = z.object({
  id: idSchema,
  datasetVersionId: idSchema,
  datasetName: z.string(),
  status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
  stage: runStageSchema,
  /** 0..1 within the whole run. */
  progress: z.number().min(0).max(1),
  seed: z.number().int(),
  network: z.string(),
  /** Of its first seed; every model's are at its stage (`GET /training-runs/:id/stages`). */
  epochs: z.array(epochSchema),
  /** How many models it trains: one a seed, one a fold. */
  models: z.number().int(),
  failure: z.string().nullable(),
  modelId: idSchema.nullable(),
  startedBy: z.string(),
  createdAt: instantSchema,
  endedAt: instantSchema.nullable(),
})
export type TrainingRun = z.infer<typeof trainingRunSchema>
export const startRunBodySchema = z.object({
  datasetVersionId: idSchema,
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
  maxEpochs: z.number().int().min(1).max(500).default(30),
  /** Left out: the default network. */
  network: z.string().min(1).max(80).optional(),
  /** So many models from seeds that follow each other; the one with the least validation loss becomes the candidate. */
  seeds: z.number().int().min(1).max(10).default(1),
  /** So many models beside them, each tested on a part of the participants that it has not heard; 0: none. */
  folds: z.number().int().min(0).max(10).default(0),
})

/** `GET /training-runs/:id/configuration`: every setting of the experiment, defaults filled in. */
export const runConfigurationSchema = z.record(z.string(), z.json())
export type RunConfiguration = z.infer<typeof runConfigurationSchema>

/** One criterion of the change-control plan, the figure that decided, the bound it was held to, and by how much it missed it. */
export const gateCriterionSchema = z.object({
  name: z.enum([
    'better-than-chance',
    'room-alone-says-nothing',
    'room-under-one-voice-says-nothing',
    'not-worse-on-holdout',
    'not-worse-on-newest',
    'labels-turned',
    'site-floor',
    'calibration',
    'probe',
    'edge-size',
    'edge-latency',
    'golden-vectors',
  ]),
  /** Which site or probe it is about. */
  subject: z.string().nullable(),
  passed: z.boolean(),
  /** With its 95 % interval; null where it was not measured. */
  figure: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
  bound: z.number().nullable(),
  missedBy: z.number().nullable(),
  /** Why there is no figure: `no-champion`, `too-few`, or a finding in words. */
  note: z.string().nullable(),
  /** Of a probe: only a passed one is met, unless the plan lets another outcome through. */
  outcome: z.enum(['passed', 'failed', 'inconclusive', 'not-run']).optional(),
  /** Why the plan lets through what this probe did not show. */
  allowedBecause: spokenTextSchema.optional(),
})
export type GateCriterion = z.infer<typeof gateCriterionSchema>

/** `GET /model-versions`, `POST /model-versions/:modelId/approve`. Approval signs and publishes the release. */
/** `GET /training-runs/:id/artefacts/:kind`: the page about a run, its figures, and what a person needs to repeat it. */
export const runArtefactSchema = z.enum(['report', 'evaluation', 'record'])
export type RunArtefact = z.infer<typeof runArtefactSchema>

export const modelStatusSchema = z.enum(['candidate', 'challenger', 'champion', 'retired'])

export const modelVersionSchema = z.object({
  modelId: idSchema,
  version: z.number().int(),
  /** `challenger`: approved, and on its way to the devices or in shadow beside the champion. */
  status: modelStatusSchema,
  network: z.string(),
  sha256: sha256Schema,
  runId: idSchema,
  datasetVersionId: idSchema,
  /** What of its run can be read. */
  artefacts: z.array(runArtefactSchema),
  threshold: z.number(),
  metrics: z.record(z.string(), z.object({ value: z.number(), low: z.number(), high: z.number() })),
  simulated: z.boolean(),
  criteria: z.array(gateCriterionSchema),
  /** Under which plan the criteria were judged; null for a model from before there was one. */
  gatePlan: z
    .object({
      version: z.number().int(),
      hash: sha256Schema,
      championVersion: z.number().int().nullable(),
      underWayVersion: z.number().int().nullable(),
    })
    .nullable(),
  /** Whether that still is the plan, the champion and the release under way, so that it can be approved; null for what is no candidate. */
  gateStanding: z.enum(['in-force', 'undecided', 'other-plan', 'other-champion', 'other-release']).nullable(),
  createdAt: instantSchema,
  /** Who approved it so far, and how many must. */
  approvals: z.array(z.object({ approvedBy: z.string(), reason: z.string(), approvedAt: instantSchema })),
  approvalsNeeded: z.number().int(),
  release: z
    .object({ sequence: z.number().int(), releasedAt: instantSchema, approvedBy: z.string(), reason: z.string() })
    .nullable(),
})
export type ModelVersion = z.infer<typeof modelVersionSchema>
export const approveBodySchema = z.object({
  reason: z.string().trim().min(3).max(1000),
  /** In spite of a failed criterion: only for a model of simulated data, which says so with every score. */
  override: z.literal(true).optional(),
  /** How it reaches the devices; left out, all at once. */
  rollout: rolloutRequestSchema.optional(),
})

/** `GET /audit/chain`: every link computed again. Keep `head` elsewhere: only it shows that the newest entries were cut off. */
export const auditChainSchema = z.object({
  entries: z.number().int(),
  head: sha256Schema,
  brokenAt: z.number().int().nullable(),
})

/** `GET /devices`, `POST /enrolment-codes`, `GET /audit`. */
export const deviceRowSchema = z.object({
  id: idSchema,
  name: z.string(),
  siteName: z.string(),
  enrolledAt: instantSchema,
  lastSeenAt: instantSchema.nullable(),
  modelVersion: z.number().int().nullable(),
  appVersion: z.string(),
  /** Recordings that it has announced and whose audio is not here yet: its queue, as far as the server knows. */
  awaited: z.number().int(),
  revokedAt: instantSchema.nullable(),
})
export const enrolmentCodeReplySchema = z.object({ code: z.string(), expiresAt: instantSchema })
export const auditRowSchema = z.object({
  sequence: z.number().int(),
  at: instantSchema,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  hash: sha256Schema,
})
