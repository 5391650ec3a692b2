import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'
import { COLUMNS } from './0070-recording-index.ts'

/**
 * The explorer's row of a recording is refreshed by its key. `in (select unnest(ids))` stayed outside the view's joins, which are as many as
 * the planner reorders (join_collapse_limit), so each refresh read all recordings. Filing, the most frequent change of a recording,
 * changes one column of its row and makes nothing else anew.
 */
export const up = (db: Kysely<unknown>): Promise<void> => runStatements(db, statements)

const statements = `
create or replace function refresh_recording_index(ids uuid[]) returns void language plpgsql as $$ begin
  perform 1 from recordings where id = any(ids) order by id for no key update; insert into recording_index (recording_id, ${COLUMNS.join(', ')})
  select recording_id, ${COLUMNS.join(', ')} from recording_facts where recording_id = any(ids)
  on conflict (recording_id) do update set ${COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}; end $$;

drop trigger recording_index_update on recordings;
create or replace function index_recordings_update() returns trigger language plpgsql as $$ begin perform refresh_recording_index(array[new.id]); return null; end $$;
create trigger recording_index_update after update of encounter_id, participant_id, device_id, task, started_at, sample_count, quality on recordings
  for each row execute function index_recordings_update();

create function index_recordings_filed() returns trigger language plpgsql as $$ begin update recording_index set filed = new.filed_at is not null where recording_id = new.id; return null; end $$;
create trigger recording_index_filed after update of filed_at on recordings for each row execute function index_recordings_filed();
`
