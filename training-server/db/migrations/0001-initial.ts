import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/** Plain SQL: what a database administrator will read. schema.ts says the same in TypeScript. */
export const up = (db: Kysely<unknown>): Promise<void> => runStatements(db, statements)

const statements = `
create table server (id uuid primary key, created_at timestamptz not null);
create unique index server_one_row on server ((true));

create table sites (
  id uuid primary key, name text not null unique, simulated boolean not null default false, created_at timestamptz not null
);
create table devices (
  id uuid primary key, site_id uuid not null references sites, name text not null, public_key jsonb not null, app_version text not null,
  enrolled_at timestamptz not null, last_seen_at timestamptz, clock_skew_ms double precision, model_version integer, revoked_at timestamptz
);
create table enrolment_codes (
  code_hash text primary key, site_id uuid not null references sites, created_by text not null,
  expires_at timestamptz not null, used_at timestamptz, used_by uuid references devices
);
create table device_challenges (challenge_hash text primary key, device_id uuid not null references devices, expires_at timestamptz not null);
create table device_tokens (token_hash text primary key, device_id uuid not null references devices, expires_at timestamptz not null);

create table device_events (
  id uuid primary key, device_id uuid not null references devices, sequence integer not null, type text not null, sha256 text not null,
  body jsonb not null, occurred_at timestamptz not null, received_at timestamptz not null,
  unique (device_id, sequence)
);
create index device_events_payload on device_events ((body -> 'payload' ->> 'id'));
create table receipts (
  id uuid primary key, device_id uuid not null references devices, kind text not null, recording_id uuid unique,
  body jsonb not null, issued_at timestamptz not null
);

create table participants (
  id uuid primary key, site_id uuid not null references sites, code text not null, sex text, age_years integer,
  registered_at timestamptz not null, unique (site_id, code)
);
create table encounters (
  id uuid primary key, participant_id uuid not null references participants, site_id uuid not null references sites,
  device_id uuid not null references devices, operator_code text not null, consent jsonb not null, vitals jsonb not null,
  started_at timestamptz not null, completed_at timestamptz not null
);
create index encounters_participant on encounters (participant_id);
create table recordings (
  id uuid primary key, encounter_id uuid not null references encounters, participant_id uuid not null references participants,
  device_id uuid not null references devices, task text not null, started_at timestamptz not null, sample_count integer not null,
  byte_length integer not null, sha256 text not null, capture jsonb not null, quality jsonb not null, filed_at timestamptz
);
create index recordings_encounter on recordings (encounter_id);
create index recordings_participant on recordings (participant_id);
alter table receipts add foreign key (recording_id) references recordings;
create table assessments (
  id uuid primary key, recording_id uuid not null references recordings, model_id uuid not null, model_version integer not null,
  probability double precision not null, threshold double precision not null, decision text not null, body jsonb not null,
  made_at timestamptz not null
);
create index assessments_recording on assessments (recording_id);
create table labels (
  id uuid primary key, position integer generated always as identity unique, encounter_id uuid not null references encounters,
  value text not null, body jsonb not null, given_at timestamptz not null
);
create index labels_encounter on labels (encounter_id, position);

create table dataset_versions (
  id uuid primary key, name text not null unique, description text not null, content_hash text not null unique, recordings integer not null,
  participants integer not null, present integer not null, absent integer not null, simulated boolean not null,
  frozen_at timestamptz not null, frozen_by text not null
);
create table dataset_items (
  dataset_version_id uuid not null references dataset_versions, recording_id uuid not null references recordings,
  participant_id uuid not null references participants, site_id uuid not null references sites, task text not null, sha256 text not null,
  label smallint not null check (label in (0, 1)), metadata jsonb not null,
  primary key (dataset_version_id, recording_id)
);

create table training_runs (
  id uuid primary key, dataset_version_id uuid not null references dataset_versions, status text not null, stage text not null,
  progress double precision not null, seed integer not null, network text not null, configuration jsonb not null, epochs jsonb not null,
  failure text, cancel_requested boolean not null default false, started_by text not null, created_at timestamptz not null, ended_at timestamptz
);
create table model_versions (
  model_id uuid primary key, version integer not null unique, status text not null, run_id uuid not null references training_runs,
  dataset_version_id uuid not null references dataset_versions, manifest jsonb not null, manifest_sha256 text not null,
  onnx_sha256 text not null, golden_sha256 text not null, created_at timestamptz not null
);
create table releases (
  sequence integer generated always as identity primary key, model_id uuid not null references model_versions,
  approved_by text not null, reason text not null, released_at timestamptz not null
);
create table tuf_metadata (
  file_name text primary key, role text not null, version integer not null, text text not null, created_at timestamptz not null
);

create table accounts (
  id uuid primary key, username text not null unique, password_hash text not null, role text not null,
  must_change_password boolean not null, failed_sign_ins integer not null default 0, locked_until timestamptz, created_at timestamptz not null
);
create table sessions (
  token_hash text primary key, account_id uuid not null references accounts on delete cascade,
  created_at timestamptz not null, expires_at timestamptz not null
);

create table audit_log (
  sequence integer primary key, at timestamptz not null, actor text not null, action text not null, subject text not null,
  details jsonb not null, previous_hash text not null, hash text not null
);
create function audit_log_is_append_only() returns trigger language plpgsql as $$ begin raise exception 'the audit log is append-only'; end $$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function audit_log_is_append_only();
`
