import { expect, test } from 'vitest'
import { type ApiError, DEVICE_API, tokenMessage, type PublicKeyJwk } from '@spira/shared/protocol/deviceApi.ts'
import { signText } from '@spira/shared/protocol/ed25519.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { isRevocationOf, signedRevocationSchema } from '@spira/shared/protocol/revocation.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { ensureRepository } from '../releases/repository.ts'
import { buildServer } from '../server/app.ts'
import { createEnrolmentCode, ensureSite } from './enrolmentCodes.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
await ensureRepository(context)
const site = await ensureSite(context, { name: 'Demo site', simulated: false })

const post = (path: string, payload: object) => app.inject({ method: 'POST', url: DEVICE_API + path, payload })
const errorOf = async (reply: ReturnType<typeof post>) => (await reply).json<{ code: string }>().code
async function keys() {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const { x = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const publicKey: PublicKeyJwk = { kty: 'OKP', crv: 'Ed25519', x }
  return { publicKey, privateKey: pair.privateKey }
}
async function enrolled() {
  const { code } = await createEnrolmentCode(context, { siteId: site.id, createdBy: 'test' })
  const { publicKey, privateKey } = await keys()
  const reply = await post('/enrol', { code, publicKey, deviceName: 'cart', appVersion: '1' })
  return { code, publicKey, privateKey, deviceId: reply.json<{ deviceId: string }>().deviceId }
}
const challengeFor = async (deviceId: string) =>
  (await post('/challenge', { deviceId })).json<{ challenge: string }>().challenge

test('a code enrols one device, once, and only its hash is kept', async () => {
  const { code } = await enrolled()
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  const { publicKey } = await keys()
  expect(await errorOf(post('/enrol', { code, publicKey, deviceName: 'second', appVersion: '1' }))).toBe(
    'enrolment_code_invalid',
  )
  expect(JSON.stringify(await db.selectFrom('enrolmentCodes').selectAll().execute())).not.toContain(code)
})

test('of several devices that use one code at once, one is enrolled', async () => {
  const { code } = await createEnrolmentCode(context, { siteId: site.id, createdBy: 'test' })
  const replies = await Promise.all(
    [1, 2, 3].map(async (number) => {
      const { publicKey } = await keys()
      return post('/enrol', { code, publicKey, deviceName: `d${number}`, appVersion: '1' })
    }),
  )
  expect(replies.map((reply) => reply.statusCode).sort((a, b) => a - b)).toEqual([200, 403, 403])
})

test('promise 2: an enrolment whose reply was lost is asked for again with the same code and key, and is one device', async () => {
  const { code, publicKey, deviceId } = await enrolled()
  const again = async () => post('/enrol', { code, publicKey, deviceName: 'cart', appVersion: '1' })
  const replies = await Promise.all([again(), again()])
  expect(replies.map((reply) => reply.json<{ deviceId: string }>().deviceId)).toEqual([deviceId, deviceId])
  const entries = db.selectFrom('auditLog').select('subject').where('actor', '=', `device:${deviceId}`)
  expect(await entries.execute()).toHaveLength(1)
  const administrator = await TestConsole.signIn(app, context)
  await administrator.post(`/devices/${deviceId}/revoke`)
  expect(await errorOf(again())).toBe('enrolment_code_invalid')
})

test('a code expires after a day', async () => {
  const { code } = await createEnrolmentCode(context, { siteId: site.id, createdBy: 'test' })
  await db
    .updateTable('enrolmentCodes')
    .set({ expiresAt: new Date(Date.now() - 1000) })
    .execute()
  const { publicKey } = await keys()
  expect(await errorOf(post('/enrol', { code, publicKey, deviceName: 'late', appVersion: '1' }))).toBe(
    'enrolment_code_invalid',
  )
})

test('a token needs a signature of the enrolled key over a challenge of the server, each used once', async () => {
  const { deviceId, privateKey } = await enrolled()
  const stranger = await keys()
  const first = await challengeFor(deviceId)
  const forged = await signText(tokenMessage(deviceId, first), stranger.privateKey)
  expect(await errorOf(post('/token', { deviceId, challenge: first, signature: forged }))).toBe('signature_invalid')
  const right = await signText(tokenMessage(deviceId, first), privateKey)
  expect(await errorOf(post('/token', { deviceId, challenge: first, signature: right }))).toBe('challenge_invalid')

  const challenge = await challengeFor(deviceId)
  const signature = await signText(tokenMessage(deviceId, challenge), privateKey)
  expect((await post('/token', { deviceId, challenge, signature })).statusCode).toBe(200)
  expect(await errorOf(post('/token', { deviceId, challenge, signature }))).toBe('challenge_invalid')

  const other = await enrolled()
  const theirs = await challengeFor(other.deviceId)
  const crossed = await signText(tokenMessage(deviceId, theirs), privateKey)
  expect(await errorOf(post('/token', { deviceId, challenge: theirs, signature: crossed }))).toBe('challenge_invalid')
  expect(await errorOf(post('/challenge', { deviceId: newId() }))).toBe('device_unknown')
})

test('a revoked device is refused at once, with its tokens', async () => {
  const device = await TestDevice.enrol(app, context)
  const administrator = await TestConsole.signIn(app, context)
  expect((await device.send(device.visit({ seed: 1 }).events)).rejected).toEqual([])
  expect((await administrator.post(`/devices/${device.id}/revoke`)).statusCode).toBe(204)
  expect((await device.sendRaw({})).json()).toMatchObject({ code: 'token_invalid' })
  const refused = (await post('/challenge', { deviceId: device.id })).json<ApiError>()
  expect(refused.code).toBe('device_revoked')
  const order = signedRevocationSchema.parse(refused.revocation)
  expect(await isRevocationOf(order, { ...device.enrolment, deviceId: device.id })).toBe(true)
  expect(await isRevocationOf(order, { ...device.enrolment, deviceId: newId() })).toBe(false)
  const forged = { ...order, revocation: { ...order.revocation, revokedAt: new Date(0).toISOString() } }
  expect(await isRevocationOf(forged, { ...device.enrolment, deviceId: device.id })).toBe(false)
  const rows = (await administrator.get('/devices')).json<{ id: string; revokedAt: string | null }[]>()
  expect(rows.find((row) => row.id === device.id)?.revokedAt).not.toBeNull()
})

test('an expired or invented token opens nothing', async () => {
  const device = await TestDevice.enrol(app, context)
  await db
    .updateTable('deviceTokens')
    .set({ expiresAt: new Date(0) })
    .where('deviceId', '=', device.id)
    .execute()
  for (const authorization of [device.headers['authorization'], 'Bearer invented', 'Basic eDp5', undefined]) {
    const headers = authorization === undefined ? {} : { authorization }
    const reply = await app.inject({ method: 'POST', url: `${DEVICE_API}/events`, headers, payload: {} })
    expect(reply.json()).toMatchObject({ code: 'token_invalid' })
  }
})

test('an app of another protocol is told which of the two to update', async () => {
  const device = await TestDevice.enrol(app, context)
  for (const [version, message] of [
    ['0', 'This app speaks protocol 0, the server 1. Everything stays on this device until this app is updated.'],
    ['2', 'This app speaks protocol 2, the server 1. Everything stays on this device until the server is updated.'],
  ] as const) {
    const headers = { ...device.headers, 'x-spira-protocol': version }
    const reply = await app.inject({ method: 'GET', url: `${DEVICE_API}/changes`, headers })
    expect([reply.statusCode, reply.json()]).toEqual([426, { code: 'protocol_unsupported', message }])
  }
})
