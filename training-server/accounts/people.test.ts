import { expect, test } from 'vitest'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'
import { OWN_PASSWORD, TestConsole } from './testConsole.ts'
import { totpCode } from './testTotp.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const administrator = await TestConsole.signIn(app, context)
const headers = { 'x-spira-console': '1' }
const open = (path: string, payload: object) =>
  app.inject({ method: 'POST', url: CONSOLE_API + path, headers, payload })
const code = (reply: { json: () => { code: string } }) => reply.json().code

async function invited(username: string, role = 'researcher') {
  const reply = await administrator.post('/accounts', { username, role })
  const { accountId, path } = reply.json<{ accountId: string; path: string }>()
  return { accountId, token: path.split('#')[1] ?? '' }
}
const people = async (): Promise<
  { id: string; username: string; state: string; role: string; secondFactor: boolean }[]
> => (await administrator.get('/accounts')).json()
const person = async (username: string) => (await people()).find((each) => each.username === username)

test('who is invited chooses a password by the link, which works once', async () => {
  const { token } = await invited('ana.silva')
  expect(await person('ana.silva')).toMatchObject({ state: 'invited', role: 'researcher' })
  expect(JSON.stringify(await db.selectFrom('accountInvitations').selectAll().execute())).not.toContain(token)
  expect((await open('/session', { username: 'ana.silva', password: OWN_PASSWORD })).statusCode).toBe(401)
  expect((await open('/invitations/open', { token })).json()).toMatchObject({
    username: 'ana.silva',
    role: 'researcher',
  })
  expect(code(await open('/invitations/accept', { token, password: 'short' }))).toBe('password_weak')
  const accepted = await open('/invitations/accept', { token, password: OWN_PASSWORD })
  expect(accepted.json()).toMatchObject({ username: 'ana.silva', mustChangePassword: false })
  expect(accepted.cookies[0]?.httpOnly).toBe(true)
  expect(code(await open('/invitations/accept', { token, password: OWN_PASSWORD }))).toBe('invitation_invalid')
  expect((await open('/session', { username: 'ana.silva', password: OWN_PASSWORD })).statusCode).toBe(200)
  expect(await person('ana.silva')).toMatchObject({ state: 'active' })
})

test('a link that is too old, replaced or of an account shut out opens nothing', async () => {
  const { token, accountId } = await invited('late')
  await db
    .updateTable('accountInvitations')
    .set({ expiresAt: new Date(0) })
    .where('accountId', '=', accountId)
    .execute()
  expect(code(await open('/invitations/open', { token }))).toBe('invitation_invalid')
  const again = (await administrator.post(`/accounts/${accountId}/invitation`))
    .json<{ path: string }>()
    .path.split('#')[1]
  expect(code(await open('/invitations/accept', { token, password: OWN_PASSWORD }))).toBe('invitation_invalid')
  await administrator.post(`/accounts/${accountId}/disable`)
  expect(code(await open('/invitations/accept', { token: again, password: OWN_PASSWORD }))).toBe('invitation_invalid')
})

test('a taken or impossible name is refused in a sentence', async () => {
  await invited('twice')
  expect(code(await administrator.post('/accounts', { username: 'twice', role: 'auditor' }))).toBe('username_taken')
  for (const username of ['', ' ', '=cmd()', 'a b', '__proto__ x', 'x'.repeat(81)])
    expect(code(await administrator.post('/accounts', { username, role: 'auditor' })), username).toBe('invalid_request')
})

test('a new role or no access at all holds at once: the sessions end', async () => {
  const researcher = await TestConsole.signIn(app, context, 'researcher')
  const row = await person(researcher.username)
  expect((await researcher.get('/dataset-versions')).statusCode).toBe(200)
  expect((await administrator.post(`/accounts/${row?.id}/role`, { role: 'annotator' })).statusCode).toBe(204)
  expect(code(await researcher.get('/dataset-versions'))).toBe('not_signed_in')
  await researcher.session(OWN_PASSWORD)
  expect(code(await researcher.get('/dataset-versions'))).toBe('forbidden')
  await administrator.post(`/accounts/${row?.id}/disable`)
  expect(code(await researcher.get('/recordings'))).toBe('not_signed_in')
  expect(code(await researcher.session(OWN_PASSWORD))).toBe('sign_in_failed')
  await administrator.post(`/accounts/${row?.id}/enable`)
  expect((await researcher.session(OWN_PASSWORD)).statusCode).toBe(200)
})

test('the last administrator stays one, also when two demote each other at once', async () => {
  const other = await TestConsole.signIn(app, context)
  const [mine, theirs] = [await person(administrator.username), await person(other.username)]
  const replies = await Promise.all([
    administrator.post(`/accounts/${theirs?.id}/role`, { role: 'auditor' }),
    other.post(`/accounts/${mine?.id}/disable`),
  ])
  expect(replies.filter((reply) => reply.statusCode === 204)).toHaveLength(1)
  // Whoever is left, the test goes on as administrator.
  await db
    .updateTable('accounts')
    .set({ role: 'administrator', disabledAt: null })
    .where('id', 'in', [mine?.id ?? '', theirs?.id ?? ''])
    .execute()
  await administrator.session(OWN_PASSWORD)
  await administrator.post(`/accounts/${theirs?.id}/disable`)
  expect(code(await administrator.post(`/accounts/${mine?.id}/role`, { role: 'auditor' }))).toBe('last_administrator')
})

test('the second factor: begun, proved, asked for at sign-in, each code taken once', async () => {
  const researcher = await TestConsole.signIn(app, context, 'researcher')
  const { secret, uri } = (await researcher.post('/second-factor')).json<{ secret: string; uri: string }>()
  expect(uri).toMatch(/^otpauth:\/\/totp\/Spira%20Edge:researcher-.*secret=/)
  // Not in force before the app showed that it holds the secret.
  expect((await researcher.session(OWN_PASSWORD)).statusCode).toBe(200)
  expect(code(await researcher.post('/second-factor/confirm', { code: '000000' }))).toBe('second_factor_wrong')
  const first = totpCode(secret, Date.now() - 30_000)
  const { recoveryCodes } = (await researcher.post('/second-factor/confirm', { code: first })).json<{
    recoveryCodes: string[]
  }>()
  expect(recoveryCodes).toHaveLength(10)
  const row = await db.selectFrom('accounts').selectAll().where('username', '=', researcher.username).executeTakeFirst()
  expect(JSON.stringify(row)).not.toContain(secret)

  const signIn = (factor?: string) =>
    open('/session', { username: researcher.username, password: OWN_PASSWORD, ...(factor && { code: factor }) })
  expect(code(await signIn())).toBe('second_factor_required')
  expect(code(await signIn(first))).toBe('second_factor_wrong')
  const now = totpCode(secret)
  expect((await signIn(now)).statusCode).toBe(200)
  expect(code(await signIn(now))).toBe('second_factor_wrong')
  expect((await signIn(recoveryCodes[3]?.toLowerCase())).statusCode).toBe(200)
  expect(code(await signIn(recoveryCodes[3]))).toBe('second_factor_wrong')
  expect((await researcher.get('/second-factor')).json()).toEqual({ on: true, recoveryCodesLeft: 9 })
  // Wrong codes lock as wrong passwords do.
  const wrong = []
  for (let attempt = 0; attempt < 5; attempt += 1) wrong.push(code(await signIn('123456')))
  expect(wrong.at(-1)).toBe('sign_in_locked')
  // Who lost the app and the codes is let in again by an administrator, who cannot read the password.
  const { id } = (await person(researcher.username)) ?? { id: '' }
  await db.updateTable('accounts').set({ lockedUntil: null }).where('id', '=', id).execute()
  expect((await administrator.post(`/accounts/${id}/second-factor/remove`)).statusCode).toBe(204)
  expect((await signIn()).statusCode).toBe(200)
})

test('a session cookie that was planted before the sign-in is not the one after it, and an old session ends', async () => {
  const planted = 'spira=planted-by-somebody-else-before-the-sign-in'
  const { token } = await invited('fixed')
  await open('/invitations/accept', { token, password: OWN_PASSWORD })
  const reply = await app.inject({
    method: 'POST',
    url: `${CONSOLE_API}/session`,
    headers: { ...headers, cookie: planted },
    payload: { username: 'fixed', password: OWN_PASSWORD },
  })
  const mine = `spira=${reply.cookies[0]?.value}`
  const session = (cookie: string) => app.inject({ url: `${CONSOLE_API}/session`, headers: { cookie } })
  expect(code(await session(planted))).toBe('not_signed_in')
  expect((await session(mine)).statusCode).toBe(200)
  await db
    .updateTable('sessions')
    .set({ expiresAt: new Date(0) })
    .execute()
  expect(code(await session(mine))).toBe('not_signed_in')
  await administrator.session(OWN_PASSWORD)
})

test('a token acts as its account, within its scopes, until it expires, is revoked or the account is shut out', async () => {
  const researcher = await TestConsole.signIn(app, context, 'researcher')
  const make = async (scopes: string[]) =>
    (await researcher.post('/api-tokens', { name: 'notebook', scopes, days: 30 })).json<{ id: string; token: string }>()
  const { id, token } = await make(['read'])
  expect(token).toMatch(/^spira_[\w-]{43}$/)
  expect(JSON.stringify(await db.selectFrom('apiTokens').selectAll().execute())).not.toContain(token)
  const call = (method: 'GET' | 'POST', path: string, bearer = token) =>
    app.inject({
      method,
      url: CONSOLE_API + path,
      headers: { authorization: `Bearer ${bearer}` },
      ...(method === 'POST' && { payload: {} }),
    })
  expect((await call('GET', '/recordings')).statusCode).toBe(200)
  expect(code(await call('GET', '/exports/019aaaaa-0000-7000-8000-000000000000/file'))).toBe('forbidden')
  for (const path of ['/accounts', '/api-tokens', '/dataset-versions', '/password', '/second-factor'])
    expect(code(await call('POST', path)), path).toBe('forbidden')
  expect(code(await call('GET', '/recordings', `${token}x`))).toBe('not_signed_in')
  expect(code(await call('GET', '/recordings', 'spira_'))).toBe('not_signed_in')
  const auditor = await TestConsole.signIn(app, context, 'auditor')
  expect(code(await auditor.request('DELETE', `/api-tokens/${id}`))).toBe('not_found')
  await db
    .updateTable('apiTokens')
    .set({ expiresAt: new Date(0) })
    .where('id', '=', id)
    .execute()
  expect(code(await call('GET', '/recordings'))).toBe('not_signed_in')
  const second = await make(['read', 'export'])
  expect(code(await call('GET', '/exports/019aaaaa-0000-7000-8000-000000000000/file', second.token))).toBe('not_found')
  expect((await researcher.request('DELETE', `/api-tokens/${second.id}`)).statusCode).toBe(204)
  expect(code(await call('GET', '/recordings', second.token))).toBe('not_signed_in')
})
