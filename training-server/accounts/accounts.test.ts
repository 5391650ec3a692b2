import { expect, test } from 'vitest'
import { CONSOLE_API, roleSchema } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'
import { ACCOUNT_LIMITS, checkPassword, createAccount, createFirstAdministrator, resetPassword } from './accounts.ts'
import { hashPassword, passwordMatches } from './password.ts'
import { ROUTE_POLICY } from './routePolicy.ts'
import { OWN_PASSWORD, TestConsole } from './testConsole.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const code = (reply: { json: () => { code: string } }) => reply.json().code

test('the first administrator is made once, with a password that only its holder has and must change', async () => {
  const password = await createFirstAdministrator(context)
  expect(password).toMatch(/^[\w-]{20}$/)
  expect(await createFirstAdministrator(context)).toBeNull()
  const row = await db.selectFrom('accounts').selectAll().where('username', '=', 'admin').executeTakeFirstOrThrow()
  expect(row).toMatchObject({ role: 'administrator', mustChangePassword: true })
  expect(row.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(JSON.stringify(row)).not.toContain(password)
})

test('a password is checked whatever the Unicode form it was typed in', async () => {
  const hash = await hashPassword('café')
  expect(await passwordMatches('cafe\u0301', hash)).toBe(true)
  expect(await passwordMatches('cafe', hash)).toBe(false)
  expect(await passwordMatches('café', 'not a hash')).toBe(false)
})

test('until an account has a password of its own, it can do nothing else', async () => {
  const { oneTimePassword } = await createAccount(context, { username: 'newcomer', role: 'researcher' })
  const signIn = await app.inject({
    method: 'POST',
    url: `${CONSOLE_API}/session`,
    headers: { 'x-spira-console': '1' },
    payload: { username: 'newcomer', password: oneTimePassword },
  })
  expect(signIn.json()).toMatchObject({ username: 'newcomer', mustChangePassword: true })
  const [cookie] = signIn.cookies
  expect(cookie).toMatchObject({ name: 'spira', httpOnly: true, sameSite: 'Strict', path: '/' })
  const headers = { 'x-spira-console': '1', cookie: `spira=${cookie?.value}` }
  expect(code(await app.inject({ url: `${CONSOLE_API}/recordings`, headers }))).toBe('password_change_required')
  const change = (next: string) =>
    app.inject({ method: 'POST', url: `${CONSOLE_API}/password`, headers, payload: { current: oneTimePassword, next } })
  expect(code(await change('too short'))).toBe('password_weak')
  expect(code(await change(oneTimePassword))).toBe('password_weak')
  expect((await change(OWN_PASSWORD)).json()).toMatchObject({ mustChangePassword: false })
  expect((await app.inject({ url: `${CONSOLE_API}/recordings`, headers })).statusCode).toBe(200)
})

test('behind https the cookie is bound to the host', async () => {
  const { oneTimePassword: password } = await createAccount(context, { username: 'by-https', role: 'auditor' })
  const headers = { 'x-spira-console': '1', 'x-forwarded-proto': 'https' }
  const reply = await app.inject({
    method: 'POST',
    url: `${CONSOLE_API}/session`,
    headers,
    payload: { username: 'by-https', password },
  })
  expect(reply.cookies[0]).toMatchObject({ name: '__Host-spira', secure: true, path: '/' })
})

test('signing out ends the session', async () => {
  const person = await TestConsole.signIn(app, context)
  expect((await person.get('/session')).statusCode).toBe(200)
  expect((await person.request('DELETE', '/session')).statusCode).toBe(204)
  expect(code(await person.get('/session'))).toBe('not_signed_in')
})

test('after five wrong passwords the account waits, even for the right one', async () => {
  const person = await TestConsole.signIn(app, context)
  const replies = []
  for (let attempt = 0; attempt < ACCOUNT_LIMITS.failuresBeforeLock; attempt += 1)
    replies.push(code(await person.session('wrong')))
  expect(replies).toEqual(['sign_in_failed', 'sign_in_failed', 'sign_in_failed', 'sign_in_failed', 'sign_in_locked'])
  expect(code(await person.session(OWN_PASSWORD))).toBe('sign_in_locked')
  await db
    .updateTable('accounts')
    .set({ lockedUntil: new Date(0) })
    .where('username', '=', person.username)
    .execute()
  expect((await person.session(OWN_PASSWORD)).statusCode).toBe(200)
})

test('the wait grows with every further five, up to an hour, and a sign-in ends it', async () => {
  const { oneTimePassword } = await createAccount(context, { username: 'often-guessed', role: 'auditor' })
  const waits: number[] = []
  const guess = async () => {
    const refusal = await checkPassword(context, { username: 'often-guessed', password: 'wrong' }).catch(
      (error: unknown) => error,
    )
    if (!(refusal instanceof SpiraError)) throw new Error('a wrong password was taken')
    if (refusal.code === 'sign_in_locked') waits.push(Number(/(\d+) s/.exec(refusal.message)?.[1]))
    await db.updateTable('accounts').set({ lockedUntil: null }).where('username', '=', 'often-guessed').execute()
  }
  for (let attempt = 0; attempt < 25; attempt += 1) await guess()
  expect(waits).toEqual([300, 600, 1200, 2400, 3600])
  await checkPassword(context, { username: 'often-guessed', password: oneTimePassword })
  for (let attempt = 0; attempt < 5; attempt += 1) await guess()
  expect(waits.at(-1)).toBe(300)
})

test('a reset password ends the sessions and must be changed again', async () => {
  const person = await TestConsole.signIn(app, context)
  const password = await resetPassword(context, person.username)
  expect(code(await person.get('/session'))).toBe('not_signed_in')
  expect((await person.session(password ?? '')).json()).toMatchObject({ mustChangePassword: true })
  expect(await resetPassword(context, 'nobody')).toBeNull()
})

test('guesses in parallel are counted one by one', async () => {
  const person = await TestConsole.signIn(app, context)
  const replies = await Promise.all(Array.from({ length: 8 }, () => person.session('wrong')))
  expect(replies.filter((reply) => code(reply) === 'sign_in_failed').length).toBeLessThan(
    ACCOUNT_LIMITS.failuresBeforeLock,
  )
})

test('an unknown name is refused like a wrong password', async () => {
  const reply = await app.inject({
    method: 'POST',
    url: `${CONSOLE_API}/session`,
    headers: { 'x-spira-console': '1' },
    payload: { username: 'nobody', password: 'x' },
  })
  expect(reply.json()).toEqual({ code: 'sign_in_failed', message: 'User name or password is wrong.' })
})

test('a change without our header or from another origin is refused', async () => {
  const person = await TestConsole.signIn(app, context)
  const post = (headers: Record<string, string>) => person.request('POST', '/enrolment-codes', { headers, payload: {} })
  expect(code(await post({ 'x-spira-console': '' }))).toBe('csrf')
  expect(code(await post({ origin: 'https://evil.example' }))).toBe('csrf')
  expect(code(await post({ origin: 'null' }))).toBe('csrf')
  expect(code(await post({ host: 'ward.example:4600', origin: 'http://ward.example:4600' }))).not.toBe('csrf')
})

test('every route of the console has an entry in the policy, and every entry a route', () => {
  const routes: string[] = []
  const lines = app.printRoutes({ commonPrefix: false, includeHooks: false }).split('\n')
  const paths: string[] = []
  for (const line of lines) {
    const found = /^([│├└─\s]*)(\S+)(?: \(([A-Z, ]+)\))?/.exec(line)
    if (found === null) continue
    const depth = (found[1] ?? '').length / 4
    paths.length = Math.max(0, depth - 1)
    paths.push(found[2] ?? '')
    const path = paths.join('')
    if (!path.startsWith(CONSOLE_API)) continue
    for (const method of (found[3] ?? '').split(', ')) {
      if (method !== '' && method !== 'HEAD') routes.push(`${method} ${path.slice(CONSOLE_API.length)}`)
    }
  }
  expect(routes.sort()).toEqual(Object.keys(ROUTE_POLICY).sort())
})

test('each role is let in where the policy says and nowhere else', async () => {
  for (const role of roleSchema.options) {
    const person = await TestConsole.signIn(app, context, role)
    for (const [route, policy] of Object.entries(ROUTE_POLICY)) {
      const [method, path = ''] = route.split(' ')
      if (policy === 'open' || policy === 'own') continue
      if (method !== 'GET' && method !== 'POST' && method !== 'PUT' && method !== 'DELETE')
        throw new Error(`no test calls ${route}`)
      // Where a role is let in, an id that is no id is refused after the gate, before anything is done.
      const reply = await person.request(
        method,
        path.replace(/:\w+/, 'none'),
        method === 'POST' || method === 'PUT' ? { payload: { datasetVersionId: 'none' } } : {},
      )
      expect([
        role,
        route,
        code({ json: () => (reply.statusCode < 400 ? { code: 'ok' } : reply.json()) }) === 'forbidden',
      ]).toEqual([role, route, !policy.includes(role)])
    }
  }
})

test('without a session every route but sign-in is closed', async () => {
  for (const [route, policy] of Object.entries(ROUTE_POLICY)) {
    const [method, path = ''] = route.split(' ')
    if (policy === 'open' || (method !== 'GET' && method !== 'POST' && method !== 'PUT' && method !== 'DELETE'))
      continue
    const reply = await app.inject({ method, url: CONSOLE_API + path, headers: { 'x-spira-console': '1' } })
    expect([route, code(reply)]).toEqual([route, 'not_signed_in'])
  }
})
