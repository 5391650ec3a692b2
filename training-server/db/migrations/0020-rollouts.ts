import { sql, type Kysely } from 'kysely'

/** Releases that devices take step by step: who approved, who signs, who takes it when, and what became of it on each device. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements.split(';\n')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
}

const statements = `
alter table releases add column signed_at timestamptz;
update releases set signed_at = released_at;

create table approvals (
  model_id uuid not null references model_versions, approved_by text not null, reason text not null, overridden jsonb not null,
  plan_version integer not null, approved_at timestamptz not null,
  primary key (model_id, approved_by)
);

create table channels (
  id uuid primary key, name text not null unique, site_ids jsonb not null, device_ids jsonb not null, created_at timestamptz not null
);

create table rollouts (
  id uuid primary key, sequence integer not null unique references releases, model_id uuid not null references model_versions,
  mode text not null check (mode in ('active', 'shadow')),
  state text not null check (state in ('awaiting-signature', 'running', 'paused', 'completed', 'withdrawn')),
  channel_id uuid references channels, stages jsonb not null, stage integer not null default 0, stage_since timestamptz,
  failure_limit_permille integer not null, reason text, started_by text not null, created_at timestamptz not null, ended_at timestamptz
);
create index rollouts_state on rollouts (state);

create table model_reports (
  event_id uuid primary key, device_id uuid not null references devices, model_id uuid not null, model_version integer not null,
  outcome text not null, reason text, sequence integer not null, received_at timestamptz not null
);
create index model_reports_model on model_reports (model_id, device_id, sequence desc);

create table shadow_scores (
  id uuid primary key, recording_id uuid not null references recordings on delete cascade, device_id uuid not null references devices,
  model_id uuid not null, model_version integer not null, probability double precision not null, decision text not null,
  champion_id uuid not null, champion_probability double precision not null, champion_decision text not null,
  made_at timestamptz not null, unique (recording_id, model_id)
);

create table signing_requests (
  id uuid primary key, role text not null, version integer not null, text text not null, reason text not null,
  state text not null check (state in ('waiting', 'installed', 'superseded')), created_at timestamptz not null, ended_at timestamptz
);
create unique index signing_requests_one_waits on signing_requests (role) where state = 'waiting'
`
