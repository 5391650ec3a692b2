import { sql } from 'kysely'
import type { Overview } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../server/context.ts'

/** The counts at the head of the console. `labelled`: encounters whose latest label is present or absent. */
export async function overview({ db }: ServerContext): Promise<Overview> {
  const { rows } = await sql<Omit<Overview, 'champion'>>`
    select
      (select count(*) from participants)::int as participants,
      (select count(*) from encounters)::int as encounters,
      (select count(*) from recordings)::int as recordings,
      (select count(*) from (
        select distinct on (encounter_id) value from labels order by encounter_id, position desc
      ) as latest where value in ('present', 'absent'))::int as labelled,
      (select count(*) from devices where revoked_at is null)::int as devices
  `.execute(db)
  const champion = await db
    .selectFrom('modelVersions')
    .select(['modelId', 'version'])
    .where('status', '=', 'champion')
    .executeTakeFirst()
  const [counts] = rows
  if (counts === undefined) throw new Error('a select without from gave no row')
  return { ...counts, champion: champion ?? null }
}
