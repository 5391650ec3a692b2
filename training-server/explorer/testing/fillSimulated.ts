import { sql } from 'kysely'
import type { ServerContext } from '../../server/context.ts'

/**
 * Fills the tables with recordings that nobody made, by SQL alone: the numbers of a large study, to measure the explorer and to test it.
 * There is no audio behind them. The same number gives the same rows.
 */
export async function fillSimulated({ db }: Pick<ServerContext, 'db'>, recordings: number): Promise<void> {
  const encounters = Math.ceil(recordings / 4)
  const statements = [
    // A share in [0, 1) and a UUIDv7 that depend on a text alone.
    sql`create function pg_temp.u(text) returns float8 immutable language sql as $$ select ('x' || substr(md5($1), 1, 8))::bit(32)::bigint / 4294967296.0 $$`,
    sql`create function pg_temp.id(text) returns uuid immutable language sql as $$ select overlay(overlay(md5($1) placing '7' from 13) placing '8' from 17)::uuid $$`,
    sql`insert into sites select pg_temp.id('site' || n), 'Simulated site ' || n, true, now() from generate_series(1, 6) n`,
    sql`insert into devices (id, site_id, name, public_key, app_version, enrolled_at)
      select pg_temp.id('device' || n), pg_temp.id('site' || (n - 1) / 3 + 1), 'Ward ' || n, '{}', '0.1.0', now() from generate_series(1, 18) n`,
    sql`insert into participants
      select pg_temp.id('participant' || n), pg_temp.id('site' || 1 + n % 6), 'P-' || upper(lpad(to_hex(n), 5, '0')),
        (array['female', 'male', 'female', 'male', 'other', null])[1 + floor(6 * pg_temp.u('sex' || n))::int],
        18 + floor(72 * sqrt(pg_temp.u('age' || n)))::int, now()
      from generate_series(0, ${encounters - 1}::int) n`,
    sql`insert into encounters (id, participant_id, site_id, device_id, operator_code, consent, vitals, started_at, completed_at)
      select pg_temp.id('encounter' || n), pg_temp.id('participant' || n), pg_temp.id('site' || 1 + n % 6), pg_temp.id('device' || 1 + 3 * (n % 6) + n / 6 % 3),
        'N-1', jsonb_build_object('given', true, 'textVersion', '1', 'language', 'en', 'givenAt', '2026-01-01T00:00:00.000Z'),
        jsonb_build_object('spo2Percent', 100 - floor(22 * power(pg_temp.u('spo2' || n), 2)), 'measuredAt', '2026-01-01T00:00:00.000Z'), at, at
      from (select n, timestamptz '2025-01-01' + n * interval '20 minutes' as at from generate_series(0, ${encounters - 1}::int) n) as e`,
    sql`insert into labels (id, encounter_id, value, body, given_at)
      select pg_temp.id('label' || n), pg_temp.id('encounter' || n), value,
        jsonb_strip_nulls(jsonb_build_object('id', pg_temp.id('label' || n), 'encounterId', pg_temp.id('encounter' || n), 'value', value,
          'cause', case when value = 'present' then (array['J18.9', 'J44.1', 'I50.0', 'U07.1'])[1 + floor(4 * pg_temp.u('cause' || n))::int] end,
          'establishedBy', 'simulated', 'givenBy', 'N-1', 'givenAt', '2026-01-01T00:00:00.000Z')), now()
      from (select n, case when pg_temp.u('label' || n) < 0.3 then 'present' else 'absent' end as value
        from generate_series(0, ${encounters - 1}::int) n where pg_temp.u('labelled' || n) < 0.85) as l`,
    sql`insert into recordings (id, encounter_id, participant_id, device_id, task, started_at, sample_count, byte_length, sha256, capture, quality, filed_at)
      select pg_temp.id('recording' || n), pg_temp.id('encounter' || n / 4), pg_temp.id('participant' || n / 4),
        pg_temp.id('device' || 1 + 3 * (n / 4 % 6) + n / 24 % 3),
        (array['ambient-noise', 'sustained-vowel', 'read-sentence', 'nursery-rhyme'])[1 + n % 4],
        timestamptz '2025-01-01' + n / 4 * interval '20 minutes' + n % 4 * interval '1 minute', 320000, 640044, encode(sha256(n::text::bytea), 'hex'),
        jsonb_build_object('source', 'import', 'sampleRateHz', 48000, 'channelCount', 1),
        jsonb_build_object('durationMs', 20000, 'peakDbfs', -6, 'rmsDbfs', -24, 'clippedShare', 0, 'activeMs', 14000, 'droppedMs', 0,
          'snrDb', round((8 + 40 * pg_temp.u('snr' || n))::numeric, 1), 'findings', '[]'::jsonb,
          'verdict', case when pg_temp.u('snr' || n) < 0.06 then 'unusable' when pg_temp.u('snr' || n) < 0.25 then 'fair' else 'good' end), now()
      from generate_series(0, ${recordings - 1}::int) n`,
    sql`insert into assessments (id, recording_id, model_id, model_version, probability, threshold, decision, body, made_at)
      select pg_temp.id('assessment' || n), pg_temp.id('recording' || n), pg_temp.id('model'), 3, p, 0.5,
        case when p > 0.6 then 'positive' when p < 0.4 then 'negative' else 'uncertain' end, '{}', now()
      from (select n, round(least(0.99, greatest(0.01, case when pg_temp.u('label' || n / 4) < 0.3 then 1 - power(pg_temp.u('p' || n), 2)
          else power(pg_temp.u('p' || n), 2) end))::numeric, 3)::float8 as p
        from generate_series(0, ${recordings - 1}::int) n where n % 4 > 0 and pg_temp.u('snr' || n) >= 0.06) as a`,
  ]
  await db.connection().execute(async (connection) => {
    for (const statement of statements) {
      await statement.execute(connection)
      // A server's statistics grow with its rows; without them each trigger of a hundred thousand rows plans for a handful.
      await sql`analyze`.execute(connection)
    }
  })
}
