import { expect, test } from 'vitest'
import { clinicalProtocolSchema } from '@spira/shared/protocol/clinicalProtocol.ts'
import { protocolVersionSchema } from '@spira/shared/protocol/clinicalProtocolApi.ts'
import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import { changesPageSchema, signedChangesSchema } from '@spira/shared/protocol/changes.ts'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { z } from 'zod'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const administrator = await TestConsole.signIn(app, context)
const device = await TestDevice.enrol(app, context)

const ofDevice = async () =>
  clinicalProtocolSchema.parse(
    (await app.inject({ method: 'GET', url: `${DEVICE_API}/clinical-protocol`, headers: device.headers })).json(),
  )
const withTitle = (title: string) => ({ ...defaultProtocol, title: { 'pt-BR': title, en: title, es: title } })
const publish = (title: string) =>
  administrator.post('/clinical-protocols', { note: 'A word better', protocol: withTitle(title) })

test('devices get the version that came with the server until another is published', async () => {
  expect(await ofDevice()).toEqual(defaultProtocol)
  const published = await publish('Second')
  expect(published.statusCode).toBe(200)
  expect(await ofDevice()).toMatchObject({ version: 2, title: { en: 'Second' } })
  const versions = z.array(protocolVersionSchema).parse((await administrator.get('/clinical-protocols')).json())
  expect(versions.map(({ version, publishedBy }) => [version, publishedBy])).toEqual([
    [2, `account:${administrator.username}`],
    [1, null],
  ])
})

test('devices of every site are told by the list of changes that a version was published', async () => {
  const reply = await app.inject({ method: 'GET', url: `${DEVICE_API}/changes`, headers: device.headers })
  const { changes } = changesPageSchema.parse(JSON.parse(signedChangesSchema.parse(reply.json()).page))
  expect(changes).toEqual([{ type: 'protocol.published', version: 2 }])
})

test('promise 10: publishing is in the audit log, and a published version stands as it is', async () => {
  const entry = await db
    .selectFrom('auditLog')
    .selectAll()
    .where('action', '=', 'clinical-protocol.published')
    .executeTakeFirstOrThrow()
  expect(entry).toMatchObject({ actor: `account:${administrator.username}`, subject: 'clinical-protocol:2' })
  await expect(db.updateTable('clinicalProtocols').set({ note: 'other' }).execute()).rejects.toThrow(/stands as it is/)
})

test('what is no protocol, and what changes nothing, is refused with a sentence', async () => {
  const broken = { ...defaultProtocol, sections: defaultProtocol.sections.slice(1) }
  const refused = await administrator.post('/clinical-protocols', { note: 'without vitals', protocol: broken })
  expect(refused.statusCode).toBe(400)
  expect(refused.json<{ message: string }>().message).toContain('spo2Percent')
  expect((await publish('Second')).json()).toMatchObject({ code: 'protocol_unchanged' })
})

test('other words of consent need a consent version of their own', async () => {
  const [first, ...others] = defaultProtocol.consent.paragraphs
  if (first === undefined) throw new Error('no consent text')
  const paragraphs = [{ ...first, en: `${first.en} You may stop at any time.` }, ...others]
  const consenting = (version: string, said = paragraphs) =>
    administrator.post('/clinical-protocols', {
      note: 'Consent, clearer',
      protocol: { ...defaultProtocol, consent: { version, paragraphs: said } },
    })
  const refused = await consenting(defaultProtocol.consent.version)
  expect(refused.statusCode).toBe(409)
  expect(refused.json()).toMatchObject({ code: 'protocol_consent_version' })
  expect(refused.json<{ message: string }>().message).toContain(defaultProtocol.consent.version)
  expect(await ofDevice()).toMatchObject({ version: 2, consent: defaultProtocol.consent })

  expect((await consenting('consent-3')).statusCode).toBe(200)
  expect(await ofDevice()).toMatchObject({ version: 3, consent: { version: 'consent-3', paragraphs } })
  // Nor may an earlier version's name come back with yet other words; with its own words it may.
  expect((await consenting(defaultProtocol.consent.version, others)).json()).toMatchObject({
    code: 'protocol_consent_version',
  })
  const again = await consenting(defaultProtocol.consent.version, [...defaultProtocol.consent.paragraphs])
  expect(again.statusCode).toBe(200)
})

test('only an administrator publishes', async () => {
  const researcher = await TestConsole.signIn(app, context, 'researcher')
  const reply = await researcher.post('/clinical-protocols', { note: 'not mine', protocol: withTitle('Third') })
  expect(reply.json()).toMatchObject({ code: 'forbidden' })
})

test('of two published at once one is the next version, the other is told so', async () => {
  const replies = await Promise.all([publish('Left'), publish('Right')])
  const codes = replies.map((reply) => reply.json<{ code?: string; version?: number }>())
  expect(codes.filter(({ version }) => version !== undefined).length).toBeGreaterThanOrEqual(1)
  for (const { code, version } of codes)
    expect(code ?? version).toSatisfy((v) => v === 'protocol_version_taken' || Number(v) >= 3)
})

test('an encounter is filed with its answers; one that cannot be, or of an unknown version, is not', async () => {
  const visit = device.visit({ seed: 3 })
  const withAnswers = (change: object) =>
    visit.events.map((event) =>
      event.type === 'encounter.completed' ? { ...event, payload: { ...event.payload, ...change } } : event,
    )
  const answers = { spo2Percent: 93, comorbidities: ['asthma'], icdCode: 'J18.9' }
  const [registered, completed] = withAnswers({ protocolVersion: 1, answers })
  const { rejected } = await device.send([registered, completed])
  expect(rejected).toEqual([])
  const row = await db
    .selectFrom('encounters')
    .select(['protocolVersion', 'answers'])
    .where('id', '=', visit.encounterId)
    .executeTakeFirstOrThrow()
  expect(row).toEqual({ protocolVersion: 1, answers })

  const refusedWith = async (change: object): Promise<string | undefined> => {
    const other = device.visit({ seed: 4, participant: visit.participant })
    const reply = await device.send(
      other.events
        .filter(({ type }) => type === 'encounter.completed')
        .map((event) => ({ ...event, payload: { ...event.payload, ...change } })),
    )
    return reply.rejected[0]?.code
  }
  expect(await refusedWith({ protocolVersion: 1, answers: { spo2Percent: 180 } })).toBe('answers_invalid')
  expect(await refusedWith({ protocolVersion: 99, answers })).toBe('reference_unknown')
})
