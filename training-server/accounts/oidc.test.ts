import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import Provider from 'oidc-provider'
import { afterAll, expect, test } from 'vitest'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'
import { TestConsole } from './testConsole.ts'

/** A real OpenID provider (the certified npm package oidc-provider) on this machine, and a browser that keeps cookies. */
const port = await freePort()
const issuer = `http://127.0.0.1:${port}`
const CONSOLE = 'http://console.test'
const subjects: Record<string, object> = {
  maria: { preferred_username: 'maria' },
  impostor: { preferred_username: 'maria' },
  joao: { email: 'joao@hospital.example', email_verified: true },
  unproved: { email: 'joao@hospital.example', email_verified: false },
}
const provider = new Provider(issuer, {
  clients: [{ client_id: 'spira', client_secret: 'kept', redirect_uris: [`${CONSOLE}${CONSOLE_API}/oidc/callback`] }],
  claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email', 'email_verified'] },
  findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...subjects[id] }) }),
  cookies: { keys: ['test'] },
})
const listening: Server = provider.listen(port, '127.0.0.1')
await once(listening, 'listening')
afterAll(() => listening.close())

Object.assign(process.env, {
  SPIRA_OIDC_ISSUER: issuer,
  SPIRA_OIDC_CLIENT_ID: 'spira',
  SPIRA_OIDC_CLIENT_SECRET: 'kept',
  SPIRA_OIDC_LABEL: 'Hospital',
})
const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const administrator = await TestConsole.signIn(app, context)
for (const username of ['maria', 'joao@hospital.example'])
  await administrator.post('/accounts', { username, role: 'researcher', signInBy: 'oidc' })

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: free } = server.address() as AddressInfo
  server.close()
  return free
}

const inConsole = (path: string, cookie = '') => app.inject({ url: path, headers: { host: 'console.test', cookie } })

/** Signs in at the provider as `subject` and comes back. @returns the address of the callback with its code and state. */
async function throughProvider(start: string, subject: string): Promise<string> {
  const jar = new Map<string, string>()
  const visit = async (url: string, form?: Record<string, string>): Promise<Response> => {
    const reply = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    return reply
  }
  let url = start
  for (let step = 0; step < 12; step += 1) {
    if (url.startsWith(CONSOLE)) return url.slice(CONSOLE.length)
    const reply = await visit(url)
    const next =
      reply.status === 200
        ? // The provider's own development pages: first who it is, then consent.
          await visit(
            url,
            url.includes('interaction') && (await reply.text()).includes('name="login"')
              ? { prompt: 'login', login: subject, password: 'x' }
              : { prompt: 'consent' },
          )
        : reply
    url = new URL(next.headers.get('location') ?? '', url).href
  }
  throw new Error('the provider never came back')
}

async function signIn(subject: string) {
  const start = await inConsole(`${CONSOLE_API}/oidc/start`)
  const [cookie] = start.cookies
  const callback = await throughProvider(start.headers.location ?? '', subject)
  return {
    callback,
    cookie: `${cookie?.name}=${cookie?.value}`,
    done: await inConsole(callback, `${cookie?.name}=${cookie?.value}`),
  }
}

test('the sign-in page is told what the button says', async () => {
  expect((await inConsole(`${CONSOLE_API}/sign-in-methods`)).json()).toEqual({ oidc: { label: 'Hospital' } })
})

test('who is invited signs in at the hospital, and is known from then on by the subject, not by the name', async () => {
  const { done } = await signIn('maria')
  expect(done.headers.location).toBe('/console/')
  const session = done.cookies.find(({ name }) => name === 'spira')
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
  const account = await inConsole(`${CONSOLE_API}/session`, `spira=${session?.value}`)
  expect(account.json()).toMatchObject({ username: 'maria', role: 'researcher', mustChangePassword: false })
  // Another person of the hospital who takes her name there does not become her here.
  expect((await signIn('impostor')).done.headers.location).toBe('/console/#refused=oidc_unknown')
  expect((await signIn('maria')).done.headers.location).toBe('/console/')
}, 60_000)

test('an address counts only where the provider says that it is verified', async () => {
  expect((await signIn('unproved')).done.headers.location).toBe('/console/#refused=oidc_unknown')
  expect((await signIn('joao')).done.headers.location).toBe('/console/')
}, 60_000)

test('an answer is taken once, from the browser that asked, and unchanged', async () => {
  const { callback, cookie } = await signIn('maria')
  const refused = '/console/#refused=oidc_failed'
  expect((await inConsole(callback, cookie)).headers.location).toBe(refused)
  const other = await inConsole(`${CONSOLE_API}/oidc/start`)
  const theirs = `${other.cookies[0]?.name}=${other.cookies[0]?.value}`
  expect((await inConsole(callback, theirs)).headers.location).toBe(refused)
  expect((await inConsole(callback)).headers.location).toBe(refused)
  const state = new URL(other.headers.location ?? '').searchParams.get('state')
  const forged = await inConsole(`${CONSOLE_API}/oidc/callback?code=forged&state=${state}`, theirs)
  expect(forged.headers.location).toBe(refused)
}, 60_000)

test('such an account has no password to guess, and who is shut out here stays out', async () => {
  const reply = await app.inject({
    method: 'POST',
    url: `${CONSOLE_API}/session`,
    headers: { 'x-spira-console': '1' },
    payload: { username: 'maria', password: 'anything at all' },
  })
  expect(reply.json()).toMatchObject({ code: 'sign_in_failed' })
  await db.updateTable('accounts').set({ disabledAt: new Date() }).where('username', '=', 'maria').execute()
  expect((await signIn('maria')).done.headers.location).toBe('/console/#refused=oidc_unknown')
}, 60_000)
