import { sql, type RawBuilder } from 'kysely'
import type { z } from 'zod'
import type { QueueOrder, queueQuerySchema, queueReplySchema } from '@spira/shared/protocol/curationApi.ts'
import type { ServerContext } from '../server/context.ts'

const ORDERS: Readonly<Record<QueueOrder, (annotator: string) => RawBuilder<unknown>>> = {
  // The same for one annotator each time, another for the next: two people do not walk in step.
  random: (annotator) => sql`md5(recording_id::text || ${annotator})`,
  uncertain: () => sql`abs(score - threshold) asc nulls last, recording_id`,
  disagreement: () => sql`disagreement desc nulls last, recording_id`,
}

/** The recording an annotator judges next, and how many wait for this person. */
export async function nextInQueue(
  { db }: Pick<ServerContext, 'db'>,
  annotator: string,
  { order, work, annotators, skip = [] }: z.infer<typeof queueQuerySchema>,
): Promise<z.infer<typeof queueReplySchema>> {
  const own = sql`exists (select 1 from curations c where c.recording_id = recording_index.recording_id and c.annotator = ${annotator} and not adjudication)`
  const waiting =
    work === 'adjudicate'
      ? sql`curation = 'disputed'`
      : sql`curation <> 'disputed' and annotators < ${annotators} and not ${own}
          and not exists (select 1 from curations c where c.recording_id = recording_index.recording_id and adjudication)`
  const { rows } = await sql<{ recordingId: string; waiting: string }>`
    select recording_id, count(*) over () as waiting from recording_index
    where filed and task not in ('ambient-noise', 'spoken-consent') and ${waiting}
    order by coalesce(array_position(${skip}::uuid[], recording_id), 0), ${ORDERS[order](annotator)} limit 1`.execute(
    db,
  )
  const [next] = rows
  return { recordingId: next?.recordingId ?? null, waiting: Number(next?.waiting ?? 0) }
}
