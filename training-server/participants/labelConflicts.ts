import { sql } from 'kysely'
import type { LabelConflict } from '@spira/shared/protocol/careApi.ts'
import { type Page, pageQuerySchema } from '@spira/shared/protocol/page.ts'
import { z } from 'zod'
import type { ServerContext } from '../server/context.ts'
import { toPage } from '../server/page.ts'

/** The cursor is the place, in the server's order, of the latest label of the last encounter shown. */
export const conflictPageSchema = pageQuerySchema(z.coerce.number().int().nonnegative())

/** Encounters with labels of different values, the latest first; within each, every label in the server's order. */
export async function listLabelConflicts(
  { db }: Pick<ServerContext, 'db'>,
  { cursor, limit }: z.output<typeof conflictPageSchema>,
): Promise<Page<LabelConflict>> {
  const rows = await db
    .selectFrom('labels')
    .innerJoin('encounters', 'encounters.id', 'labels.encounterId')
    .innerJoin('participants', 'participants.id', 'encounters.participantId')
    .innerJoin('sites', 'sites.id', 'encounters.siteId')
    .select(['encounters.id as encounterId', 'participants.code as participantCode', 'sites.name as siteName'])
    .select(({ fn }) => fn.max('labels.position').as('latest'))
    .groupBy(['encounters.id', 'participants.code', 'sites.name'])
    .having(({ fn }) => fn.count('labels.value').distinct(), '>', 1)
    .$if(cursor !== undefined, (all) => all.having(({ fn }) => fn.max('labels.position'), '<', cursor ?? 0))
    .orderBy(({ fn }) => fn.max('labels.position'), 'desc')
    .limit(limit + 1)
    .execute()
  const { items: encounters, nextCursor } = toPage(rows, limit, {
    toItem: ({ encounterId, participantCode, siteName }) => ({ encounterId, participantCode, siteName }),
    cursorOf: ({ latest }) => String(latest),
  })
  if (encounters.length === 0) return { items: [], nextCursor }
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
  const items = encounters.map((encounter) => ({
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
  return { items, nextCursor }
}
