import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/** Who is never trained on, frozen when first seen; and what the gate decided, under which plan. */
export const up = (db: Kysely<unknown>): Promise<void> =>
  runStatements(
    db,
    `
create table partitions (
  participant_id uuid primary key references participants on delete cascade,
  partition text not null check (partition in ('development', 'holdout')), assigned_at timestamptz not null
);

create table gate_decisions (
  model_id uuid primary key references model_versions, plan_version integer not null, plan_hash text not null, plan jsonb not null,
  champion_version integer, criteria jsonb not null, passed boolean not null, decided_at timestamptz not null
)
`,
  )
