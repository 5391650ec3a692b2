import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'
import { TestDevice } from './testDevice.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)
let seed = 0

async function uploaded(wrong = false) {
  const visit = device.visit({ seed: (seed += 1) })
  await device.send(visit.events)
  const sent = Buffer.from(visit.audio)
  if (wrong) sent[1000] = (sent[1000] ?? 0) ^ 1
  return { ...visit.recording, uploadId: await device.upload(visit.recording, sent) }
}
const all = (count: number) => Promise.all(Array.from({ length: count }, () => uploaded()))
const ask = (recording: Awaited<ReturnType<typeof uploaded>>) => device.finaliseRaw(recording, recording.uploadId)
const codeOf = (reply: Awaited<ReturnType<typeof ask>>) => reply.json<{ code?: string }>().code ?? 'filed'

/** Of the rows as they are, the transaction that wrote each. */
async function transactions(ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{
    by: string
  }>`select xmin::text as by from recordings where id = any(${ids}::uuid[])`.execute(db)
  return new Set(rows.map(({ by }) => by))
}

afterEach(async () => {
  await sql`drop trigger if exists power_cut on receipts`.execute(db)
})

test('promise 2: recordings that wait at the same moment share commits, and each has a receipt of its own', async () => {
  const recordings = await all(12)
  const replies = await Promise.all(recordings.map(ask))
  expect(replies.map(codeOf)).toEqual(Array.from({ length: 12 }, () => 'filed'))
  const items = replies.map(
    (reply) => reply.json<{ receipt: { receipt: { items: { id: string }[] } } }>().receipt.receipt.items,
  )
  expect(items).toEqual(recordings.map(({ id, sha256 }) => [{ id, sha256 }]))
  for (const { sha256 } of recordings) expect(await context.blobs.has(sha256)).toBe(true)
  expect((await transactions(recordings.map(({ id }) => id))).size).toBeLessThan(12)
})

test('promise 2: what is wrong with one of them is told to it alone', async () => {
  const [wrong, ...right] = await Promise.all([uploaded(true), uploaded(), uploaded(), uploaded()])
  expect((await Promise.all([wrong, ...right].map(ask))).map(codeOf)).toEqual([
    'hash_mismatch',
    'filed',
    'filed',
    'filed',
  ])
})

test('promise 2: a commit that fails for one of them is taken apart: the others are filed, and it is when it is asked again', async () => {
  const recordings = await all(6)
  const [struck] = recordings
  await sql`create or replace function power_cut() returns trigger language plpgsql as
    $$ begin if new.recording_id = ${sql.lit(struck?.id)}::uuid then raise exception 'power cut'; end if; return new; end $$`.execute(
    db,
  )
  await sql`create trigger power_cut before insert on receipts for each row execute function power_cut()`.execute(db)
  const codes = (await Promise.all(recordings.map(ask))).map(codeOf)
  expect(codes).toEqual(['internal', 'filed', 'filed', 'filed', 'filed', 'filed'])
  await sql`drop trigger power_cut on receipts`.execute(db)
  if (struck !== undefined) expect(codeOf(await ask(struck))).toBe('filed')
})
