import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Database } from './schema.ts'
import * as initial from './migrations/0001-initial.ts'
import * as changes from './migrations/0010-changes.ts'
import * as withdrawal from './migrations/0011-withdrawal.ts'
import * as rollouts from './migrations/0020-rollouts.ts'
import * as clinicalProtocols from './migrations/0030-clinical-protocols.ts'
import * as accounts from './migrations/0040-accounts.ts'
import * as exports from './migrations/0041-exports.ts'
import * as runArtefacts from './migrations/0050-run-artefacts.ts'
import * as blobOrphans from './migrations/0060-blob-orphans.ts'
import * as devicePolicy from './migrations/0061-device-policy.ts'
import * as runStages from './migrations/0065-run-stages.ts'
import * as gate from './migrations/0066-gate.ts'
import * as monitoring from './migrations/0067-monitoring.ts'
import * as recordingIndex from './migrations/0070-recording-index.ts'
import * as datasetCohorts from './migrations/0071-dataset-cohorts.ts'
import * as imports from './migrations/0080-imports.ts'
import * as participantCorrections from './migrations/0090-participant-corrections.ts'
import * as newestAssessment from './migrations/0091-newest-assessment.ts'
import * as indexRowByKeys from './migrations/0092-index-row-by-keys.ts'
import * as serverEpoch from './migrations/0093-server-epoch.ts'
import * as eventsByReference from './migrations/0094-events-by-reference.ts'
import * as judgedBesideUnderWay from './migrations/0095-judged-beside-under-way.ts'
import * as deadLettersDismissed from './migrations/0096-dead-letters-dismissed.ts'
import * as curvesOfEveryModel from './migrations/0097-curves-of-every-model.ts'
import * as auditBySubject from './migrations/0098-audit-by-subject.ts'
import * as sitePrevalence from './migrations/0099-site-prevalence.ts'

const migrations = {
  '0001-initial': initial,
  '0010-changes': changes,
  '0011-withdrawal': withdrawal,
  '0020-rollouts': rollouts,
  '0030-clinical-protocols': clinicalProtocols,
  '0040-accounts': accounts,
  '0041-exports': exports,
  '0050-run-artefacts': runArtefacts,
  '0060-blob-orphans': blobOrphans,
  '0061-device-policy': devicePolicy,
  '0065-run-stages': runStages,
  '0066-gate': gate,
  '0067-monitoring': monitoring,
  '0070-recording-index': recordingIndex,
  '0071-dataset-cohorts': datasetCohorts,
  '0080-imports': imports,
  '0090-participant-corrections': participantCorrections,
  '0091-newest-assessment': newestAssessment,
  '0092-index-row-by-keys': indexRowByKeys,
  '0093-server-epoch': serverEpoch,
  '0094-events-by-reference': eventsByReference,
  '0095-judged-beside-under-way': judgedBesideUnderWay,
  '0096-dead-letters-dismissed': deadLettersDismissed,
  '0097-curves-of-every-model': curvesOfEveryModel,
  '0098-audit-by-subject': auditBySubject,
  '0099-site-prevalence': sitePrevalence,
}

/** Brings the tables up to date. Kysely's own lock lets one process do it while others wait. */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
