import { expect, test } from 'vitest'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { TestConsole, OWN_PASSWORD } from '../accounts/testConsole.ts'
import { buildServer } from './app.ts'
import { makeLog } from './log.ts'

const { context } = await withTestDatabase()
const lines: string[] = []
const log = makeLog({ level: 'trace', destination: { write: (line) => lines.push(line) } })
const app = await buildServer({ ...context, log })

app.get('/fails', async () => {
  throw new Error('participant P-7F3K2 with token abcdefghijklmnopqrstuvwxyz0123456789 is broken')
})

test('promise 9: the log names no participant, no token, no password and no body, even when the server fails', async () => {
  const device = await TestDevice.enrol(app, context)
  const person = await TestConsole.signIn(app, context)
  const { events, participant } = await device.fileVisit({ seed: 31 })
  await person.get(`/recordings?search=${participant.code}`)
  await person.session('wrong password')
  await app.inject('/fails?search=P-7F3K2')
  // The database refuses, and its message quotes the values.
  await context.db.schema.alterTable('participants').renameTo('participants_away').execute()
  await device.send(events).catch(() => undefined)
  const failed = await device.sendRaw({
    protocolVersion: 1,
    sentAt: new Date().toISOString(),
    events: device.visit({ seed: 32 }).events,
  })
  expect(failed.json()).toMatchObject({ code: 'internal' })
  await context.db.schema.alterTable('participants_away').renameTo('participants').execute()

  const text = lines.join('')
  expect(text).toContain('request failed')
  expect(text).toContain('"message":"the database refused"')
  expect(text).toContain('participant P-… with token … is broken')
  for (const secret of [
    'P-7F3K2',
    participant.code,
    participant.id,
    'RN-7',
    OWN_PASSWORD,
    'wrong password',
    device.headers['authorization'],
    'abcdefghijklmnop',
    '?search',
  ]) {
    expect(text).not.toContain(secret)
  }
})
