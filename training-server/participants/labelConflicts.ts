import { sql } from 'kysely'
import type { LabelConflict } from '@spira/shared/protocol/careApi.ts'
import type { ServerContext } from '../server/context.ts'

const MOST = 200

/** Encounters with labels of different values, the latest first; within each, every label in the server's order. */
export async function listLabelConflicts({ db }: Pick<ServerContext, 'db'>): Promise<LabelConflict[]> {
  const encounters = await db
    .selectFrom('labels')
    .innerJoin('encounters', 'encounters.id', 'labels.encounterId')
    .innerJoin('participants', 'participants.id', 'encounters.participantId')
    .innerJoin('sites', 'sites.id', 'encounters.siteId')
    .select(['encounters.id as encounterId', 'participants.code as participantCode', 'sites.name as siteName'])
    .groupBy(['encounters.id', 'participants.code', 'sites.name'])
    .having(({ fn }) => fn.count('labels.value').distinct(), '>', 1)
    .orderBy(({ fn }) => fn.max('labels.position'), 'desc')
    .limit(MOST)
    .execute()
  if (encounters.length === 0) return []
  const labels = await db
    .selectFrom('labels')
    .leftJoin('changes', (join) => join.on(sql<boolean>`changes.body -> 'label' ->> 'id' = labels.id::text`))
    .leftJoin('devices', (join) => join.on(sql<boolean>`devices.id::text = changes.body ->> 'deviceId'`))
    .select(['labels.encounterId', 'labels.position', 'labels.value', 'labels.body', 'devices.name as deviceName'])
    .where(
      'labels.encounterId',
      'in',
      encounters.map(({ encounterId }) => encounterId),
    )
    .orderBy('labels.position')
    .execute()
  return encounters.map((encounter) => ({
    ...encounter,
    labels: labels
      .filter(({ encounterId }) => encounterId === encounter.encounterId)
      .map(({ position, body, deviceName }) => ({
        position,
        value: body.value,
        cause: body.cause ?? null,
        givenBy: body.givenBy,
        givenAt: body.givenAt,
        deviceName,
      })),
  }))
}
