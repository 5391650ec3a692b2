import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/**
 * What the explorer reads: one flat, indexed row a recording, kept by triggers in the very transaction that changes what it is made of,
 * whoever makes the change. A recording's row is locked before it is read again, so that two changes at once cannot lose one another.
 * `select refresh_recording_index(array(select id from recordings))` makes all of it anew. Also: what annotators say of a recording
 * (append-only; the latest of each counts), and each person's saved filters.
 */
export const up = (db: Kysely<unknown>): Promise<void> => runStatements(db, statements)

export const COLUMNS =
  `encounter_id participant_id participant_code sex age_years site_id site device_id device simulated task started_at
  duration_ms filed quality snr_db spo2 label cause score decision model_version threshold disagreement curation annotators`
    .split(/\s+/)
    .filter((column) => column !== '')

const onChange = (table: string, event: 'insert' | 'update', ids: string): string => `
create function index_${table}_${event}() returns trigger language plpgsql as $$ begin perform refresh_recording_index(array(${ids})); return null; end $$;
create trigger recording_index_${event} after ${event} on ${table} referencing new table as changed for each statement execute function index_${table}_${event}();
`

const statements = `
create table curations (
  id uuid primary key, position integer generated always as identity unique, recording_id uuid not null references recordings on delete cascade,
  annotator text not null, verdict text not null check (verdict in ('approved', 'rejected')), reason text,
  noise_rating smallint check (noise_rating between 1 and 5), second_voice boolean, segments jsonb not null, transcription text,
  adjudication boolean not null, made_at timestamptz not null
);
create index curations_recording on curations (recording_id, annotator, position);
create index curations_annotator on curations (annotator);

create table saved_filters (
  id uuid primary key, account_id uuid not null references accounts on delete cascade, name text not null, query text not null,
  created_at timestamptz not null, unique (account_id, name)
);

create table recording_index (
  recording_id uuid primary key references recordings on delete cascade, encounter_id uuid not null, participant_id uuid not null,
  participant_code text not null, sex text, age_years integer, site_id uuid not null, site text not null, device_id uuid not null,
  device text not null, simulated boolean not null, task text not null, started_at timestamptz not null,
  duration_ms double precision not null, filed boolean not null, quality text not null, snr_db double precision,
  spo2 double precision, label text, cause text, score double precision, decision text, model_version integer,
  threshold double precision, disagreement double precision, curation text not null, annotators integer not null,
  search text generated always as (lower(participant_code || ' ' || site || ' ' || device || ' ' || task)) stored
);
create index recording_index_newest on recording_index (started_at, recording_id);
create index recording_index_score_high on recording_index (coalesce(score, -1), recording_id);
create index recording_index_score_low on recording_index (coalesce(score, 2), recording_id);
create index recording_index_disagreement on recording_index (coalesce(disagreement, -1), recording_id);
create index recording_index_snr on recording_index (coalesce(snr_db, 1000), recording_id);

create view recording_facts as
select r.id as recording_id, r.encounter_id, r.participant_id, p.code as participant_code, p.sex, p.age_years, s.id as site_id, s.name as site,
  d.id as device_id, d.name as device, s.simulated, r.task, r.started_at, r.sample_count / 16.0::double precision as duration_ms,
  r.filed_at is not null as filed, r.quality ->> 'verdict' as quality, (r.quality ->> 'snrDb')::double precision as snr_db,
  (e.vitals ->> 'spo2Percent')::double precision as spo2, l.value as label, l.body ->> 'cause' as cause, a.probability as score, a.decision,
  a.model_version, a.threshold,
  case l.value when 'present' then 1 - a.probability when 'absent' then a.probability end as disagreement, c.state as curation, c.annotators
from recordings r
join participants p on p.id = r.participant_id
join encounters e on e.id = r.encounter_id
join sites s on s.id = p.site_id
join devices d on d.id = r.device_id
left join lateral (select value, body from labels where encounter_id = r.encounter_id order by position desc limit 1) l on true
left join lateral (
  select probability, decision, model_version, threshold from assessments where recording_id = r.id order by made_at desc, id desc limit 1
) a on true
left join lateral (
  select count(*) filter (where not adjudication)::integer as annotators,
    coalesce(
      (array_agg(verdict order by position desc) filter (where adjudication))[1],
      case when count(*) = 0 then 'open' when count(distinct verdict) = 1 then min(verdict) else 'disputed' end
    ) as state
  from (
    select distinct on (annotator, adjudication) verdict, adjudication, position from curations where recording_id = r.id
    order by annotator, adjudication, position desc
  ) latest
) c on true;

create function refresh_recording_index(ids uuid[]) returns void language plpgsql as $$ begin
  perform 1 from recordings where id in (select unnest(ids)) order by id for no key update; insert into recording_index (recording_id, ${COLUMNS.join(', ')})
  select recording_id, ${COLUMNS.join(', ')} from recording_facts where recording_id in (select unnest(ids))
  on conflict (recording_id) do update set ${COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}; end $$;

${onChange('recordings', 'insert', 'select id from changed')}
${onChange('recordings', 'update', 'select id from changed')}
${onChange('labels', 'insert', 'select r.id from recordings r join changed on changed.encounter_id = r.encounter_id')}
${onChange('assessments', 'insert', 'select recording_id from changed')}
${onChange('curations', 'insert', 'select recording_id from changed')}
${onChange('participants', 'update', 'select r.id from recordings r join changed on changed.id = r.participant_id')}
${onChange('encounters', 'update', 'select r.id from recordings r join changed on changed.id = r.encounter_id')}
create function index_names() returns trigger language plpgsql as $$ begin
  update recording_index set site = new.name where tg_table_name = 'sites' and site_id = new.id; update recording_index set device = new.name where tg_table_name = 'devices' and device_id = new.id; return null; end $$;
create trigger recording_index_name after update of name on sites for each row execute function index_names();
create trigger recording_index_name after update of name on devices for each row execute function index_names();

select refresh_recording_index(array(select id from recordings))
`
