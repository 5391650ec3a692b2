import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/** What called for a person's look, once a week, site and model; and what starts runs by itself. */
export const up = (db: Kysely<unknown>): Promise<void> =>
  runStatements(
    db,
    `
create table alerts (
  id uuid primary key, kind text not null, model_id uuid not null, site_id uuid not null references sites, week text not null,
  sentence text not null, raised_at timestamptz not null, delivered_at timestamptz, closed_at timestamptz, closed_by text,
  unique (kind, model_id, site_id, week)
);
alter table labels add column received_at timestamptz not null default now();

create index assessments_made_at on assessments (made_at);

create table run_triggers (
  id uuid primary key, kind text not null check (kind in ('schedule', 'new-labels', 'drift')), cron text, new_labels integer,
  settings jsonb not null, created_by text not null, created_at timestamptz not null,
  last_looked_at timestamptz, last_outcome text, last_run_id uuid references training_runs
)
`,
  )
