import { sql, type Kysely } from 'kysely'
import type { DeviceEvent } from '@spira/shared/protocol/events.ts'
import type { Database } from '../db/schema.ts'

/**
 * Whether an event belongs to a participant who has withdrawn: it may come days late, from another device, or from a copy on a USB stick.
 * A late encounter or recording is remembered by its id alone, so that what refers to it is known, too.
 */
export async function isOfWithdrawn(db: Kysely<Database>, event: DeviceEvent): Promise<boolean> {
  const refersTo = referencesOf(event)
  if (refersTo === null) return false
  const { rows } = await sql<{ participantId: string }>`
    select participant_id from withdrawals where participant_id = any(${refersTo}::uuid[])
    union all select participant_id from withdrawn_records where id = any(${refersTo}::uuid[])
    limit 1
  `.execute(db)
  const [found] = rows
  if (found === undefined) return false
  await db
    .insertInto('withdrawnRecords')
    .values({ id: recordIdOf(event), participantId: found.participantId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return true
}

const recordIdOf = ({ id, payload }: DeviceEvent): string => ('id' in payload ? payload.id : id)

/** Whether this recording is of a participant who has withdrawn. */
export async function isWithdrawnRecord(db: Kysely<Database>, id: string): Promise<boolean> {
  return (await db.selectFrom('withdrawnRecords').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
}

/** The records an event carries or refers to; null for one that is of no participant. */
function referencesOf(event: DeviceEvent): readonly string[] | null {
  switch (event.type) {
    case 'participant.registered':
      return [event.payload.id]
    case 'participant.corrected':
      return [event.payload.participantId]
    case 'encounter.completed':
      return [event.payload.participantId, event.payload.id]
    case 'recording.saved':
      return [event.payload.participantId, event.payload.encounterId]
    case 'assessment.made':
    case 'model.shadowed':
      return [event.payload.recordingId]
    case 'label.given':
      return [event.payload.encounterId]
    case 'model.changed':
    case 'participant.withdrawn':
      return null
  }
}
