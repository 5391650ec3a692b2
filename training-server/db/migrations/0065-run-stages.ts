import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/** A training run as stages, each a job of its own; and the features that were computed, by recording and what they are. */
export const up = (db: Kysely<unknown>): Promise<void> =>
  runStatements(
    db,
    `
create table run_stages (
  id uuid primary key, run_id uuid not null references training_runs on delete cascade, position integer not null,
  stage text not null, shard text not null, needs jsonb not null,
  state text not null check (state in ('waiting', 'queued', 'running', 'done', 'failed', 'cancelled')),
  attempts integer not null default 0, failures integer not null default 0, progress double precision not null default 0,
  input_hash text, output jsonb, output_hash text, failure text, log_tail text not null default '', resources jsonb,
  started_at timestamptz, ended_at timestamptz, unique (run_id, stage, shard)
);
create index run_stages_state on run_stages (state);

create table run_stage_files (
  stage_id uuid not null references run_stages on delete cascade, name text not null, sha256 text not null, primary key (stage_id, name)
);
create index run_stage_files_sha256 on run_stage_files (sha256);

create table feature_files (
  recording_sha256 text not null, features_hash text not null, sha256 text not null, byte_length integer not null,
  used_at timestamptz not null, primary key (recording_sha256, features_hash)
);
create index feature_files_sha256 on feature_files (sha256);

alter table training_runs add column plan jsonb not null default '{"featureParts": 1, "seeds": [1], "folds": 0}';
update training_runs set stage = 'folds' where stage = 'split';
update training_runs set stage = 'candidate' where stage = 'publish';
update training_runs set status = 'failed', ended_at = now(), failure = 'The server was updated while it ran. Start it again.'
  where status in ('queued', 'running')
`,
  )
