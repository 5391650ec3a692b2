import { sql } from 'kysely'
import type { ModelVersion, RunArtefact } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../server/context.ts'
import { approvalsNeeded } from './approve.ts'
import { evaluationCriteria } from './evaluationCriteria.ts'
import { inForce, standingOf } from './gate/standing.ts'

/** Every model version as the console shows it, the newest first. */
export async function listModelVersions({ db }: Pick<ServerContext, 'db'>): Promise<ModelVersion[]> {
  const rows = await db
    .selectFrom('modelVersions')
    .leftJoin('releases', 'releases.modelId', 'modelVersions.modelId')
    .selectAll('modelVersions')
    .select((eb) =>
      eb
        .selectFrom('trainingRunArtefacts')
        .whereRef('trainingRunArtefacts.runId', '=', 'modelVersions.runId')
        .select(sql<RunArtefact[]>`coalesce(array_agg(kind order by kind), '{}')`.as('kinds'))
        .as('artefacts'),
    )
    .select(['releases.sequence', 'releases.releasedAt', 'releases.approvedBy', 'releases.reason'])
    .distinctOn('modelVersions.version')
    .orderBy('modelVersions.version', 'desc')
    .orderBy('releases.sequence', 'desc')
    .execute()
  const decisions = new Map(
    (await db.selectFrom('gateDecisions').selectAll().execute()).map((decision) => [decision.modelId, decision]),
  )
  const now = await inForce(db)
  const approvals = await db.selectFrom('approvals').selectAll().orderBy('approvedAt').execute()
  const needed = {
    simulated: await approvalsNeeded(db, { simulated: true }),
    real: await approvalsNeeded(db, { simulated: false }),
  }
  return rows.map(({ sequence, releasedAt, approvedBy, reason, manifest, createdAt, ...row }) => ({
    modelId: row.modelId,
    version: row.version,
    status: row.status,
    network: manifest.network,
    sha256: row.onnxSha256,
    runId: row.runId,
    datasetVersionId: row.datasetVersionId,
    artefacts: row.artefacts ?? [],
    threshold: manifest.threshold,
    metrics: manifest.metrics,
    simulated: manifest.trainedOn.simulated,
    criteria: decisions.get(row.modelId)?.criteria ?? evaluationCriteria(manifest),
    gatePlan: planOf(decisions.get(row.modelId)),
    gateStanding: row.status === 'candidate' ? standingOf(decisions.get(row.modelId), now) : null,
    createdAt: createdAt.toISOString(),
    approvals: approvals
      .filter(({ modelId }) => modelId === row.modelId)
      .map(({ approvedBy: by, reason: why, approvedAt }) => ({
        approvedBy: by,
        reason: why,
        approvedAt: approvedAt.toISOString(),
      })),
    approvalsNeeded: manifest.trainedOn.simulated ? needed.simulated : needed.real,
    release:
      sequence === null || releasedAt === null || approvedBy === null || reason === null
        ? null
        : { sequence, releasedAt: releasedAt.toISOString(), approvedBy, reason },
  }))
}

const planOf = (
  decision:
    | { planVersion: number; planHash: string; championVersion: number | null; underWayVersion: number | null }
    | undefined,
): ModelVersion['gatePlan'] =>
  decision === undefined
    ? null
    : {
        version: decision.planVersion,
        hash: decision.planHash,
        championVersion: decision.championVersion,
        underWayVersion: decision.underWayVersion,
      }
