import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/** Invitations, the second factor, sign-in at another place, and tokens for programs. */
export const up = (db: Kysely<unknown>): Promise<void> => runStatements(db, statements)

const statements = `
alter table accounts
  alter column password_hash drop not null,
  add column sign_in_by text not null default 'password',
  add column oidc_subject text unique,
  add column disabled_at timestamptz,
  add column last_sign_in_at timestamptz,
  add column totp_secret text,
  add column totp_confirmed_at timestamptz,
  add column totp_last_step integer not null default 0;
create table account_invitations (
  token_hash text primary key, account_id uuid not null references accounts on delete cascade, expires_at timestamptz not null
);
create unique index account_invitations_one on account_invitations (account_id);
create table recovery_codes (
  account_id uuid not null references accounts on delete cascade, code_hash text not null, used_at timestamptz,
  primary key (account_id, code_hash)
);
create table oidc_sign_ins (
  state_hash text primary key, verifier text not null, nonce text not null, expires_at timestamptz not null
);
create table api_tokens (
  id uuid primary key, account_id uuid not null references accounts on delete cascade, name text not null, token_hash text not null unique,
  scopes jsonb not null, created_at timestamptz not null, expires_at timestamptz not null, last_used_at timestamptz
);
create index api_tokens_account on api_tokens (account_id)
`
