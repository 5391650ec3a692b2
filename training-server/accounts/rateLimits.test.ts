import { expect, test } from 'vitest'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'

/**
 * How often one address, or one device, may ask within a minute, at each route that could be guessed at; then 429 with the seconds to wait.
 * It is counted before anything is read: an empty question counts as well.
 */

const { context } = await withTestDatabase()
const app = await buildServer(context)

type Asking = { readonly method: 'GET' | 'POST'; readonly url: string; readonly payload?: object }
const CONSOLE_LIMITS: readonly (readonly [string, number, Asking])[] = [
  ['sign-in', 30, { method: 'POST', url: '/session', payload: {} }],
  ['to look at an invitation', 30, { method: 'POST', url: '/invitations/open', payload: {} }],
  ['to accept an invitation', 30, { method: 'POST', url: '/invitations/accept', payload: {} }],
  ['to begin at an OpenID provider', 30, { method: 'GET', url: '/oidc/start' }],
  ['to come back from one', 30, { method: 'GET', url: '/oidc/callback?state=x' }],
]

/** How often it is answered before it is refused, one after the other. */
async function answeredBefore429(ask: () => Promise<{ statusCode: number; json: () => unknown }>, most: number) {
  for (let answered = 0; answered <= most; answered += 1) {
    const reply = await ask()
    if (reply.statusCode !== 429) continue
    expect(reply.json()).toMatchObject({ code: 'rate_limited', message: expect.stringMatching(/Wait \d+ s/) })
    return answered
  }
  return Number.POSITIVE_INFINITY
}

test.each(CONSOLE_LIMITS)(
  '%s: %i times a minute from one address, and another address is let in',
  async (name, most, { url, ...rest }) => {
    const from = (remoteAddress: string) =>
      app.inject({ ...rest, url: CONSOLE_API + url, remoteAddress, headers: { 'x-spira-console': '1' } })
    expect(await answeredBefore429(() => from('192.0.2.7'), most), name).toBe(most)
    expect((await from('192.0.2.8')).statusCode).not.toBe(429)
  },
)

const enrol = () => app.inject({ method: 'POST', url: `${DEVICE_API}/enrol`, payload: {}, remoteAddress: '192.0.2.9' })

test('how often a code to enrol may be tried: 120 times a minute from one address', async () => {
  expect(await answeredBefore429(enrol, 120)).toBe(120)
})

const headersOf = async (asking: { method: 'GET' | 'POST'; url: string }) =>
  (await app.inject({ ...asking, remoteAddress: '192.0.2.10' })).headers

test('what is counted elsewhere says so: 1,200 proofs of a device, and whatever is asked 6,000 times a minute', async () => {
  for (const path of ['/challenge', '/token'])
    expect(await headersOf({ method: 'POST', url: DEVICE_API + path })).toMatchObject({ 'x-ratelimit-limit': '1200' })
  const health = { method: 'GET', url: '/api/health' } as const
  expect(await headersOf(health)).toMatchObject({ 'x-ratelimit-limit': '6000', 'x-ratelimit-remaining': '5999' })
  expect(await headersOf(health)).toMatchObject({ 'x-ratelimit-remaining': '5998' })
})

test('a device is counted by itself, not with its ward: 600 batches a minute, and its neighbour goes on', async () => {
  const [one, neighbour] = [await TestDevice.enrol(app, context), await TestDevice.enrol(app, context)]
  const send = (device: TestDevice) =>
    app.inject({ method: 'POST', url: `${DEVICE_API}/events`, payload: {}, headers: device.headers })
  expect(await answeredBefore429(() => send(one), 600)).toBe(600)
  expect((await send(neighbour)).statusCode).toBe(400)
})
