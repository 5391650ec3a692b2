import { type QueryExecutorProvider, sql } from 'kysely'

/**
 * What an event of the devices' log hangs on: the recording it names, else the encounter, else the participant. By it a withdrawal finds
 * every event of its participant, of whatever type; what earlier withdrawals left there (shadow scores) goes here.
 */
export const EVENT_REFERENCE = sql<string>`coalesce(body -> 'payload' ->> 'recordingId', body -> 'payload' ->> 'encounterId', body -> 'payload' ->> 'participantId')`

export const up = async (db: QueryExecutorProvider): Promise<void> => {
  await sql`create index device_events_reference on device_events (${EVENT_REFERENCE})`.execute(db)
  const gone = sql`(select id::text from withdrawn_records union select participant_id::text from withdrawals)`
  await sql`delete from device_events where type <> 'participant.withdrawn'
    and (body -> 'payload' ->> 'id' in ${gone} or ${EVENT_REFERENCE} in ${gone})`.execute(db)
}
