import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createDeviceClient, type DeviceClient, type DeviceIdentity } from './deviceClient.ts'
import { newId } from './ids.ts'

const serverId = newId()
const identity: DeviceIdentity = {
  deviceId: newId(),
  serverId,
  receiptKey: { keyId: 'ab'.repeat(32), publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'AA' } },
  sign: async () => 'c2lnbmF0dXJl',
}
const health = {
  service: 'spira-training-server',
  serverId,
  version: '1',
  protocolVersions: [1],
  time: '2026-11-23T08:00:00.000Z',
}

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A client of a real HTTP server that answers as `listener` says. */
async function clientOf(
  listener: RequestListener,
  options: { now?: () => number; timeoutMs?: number } = {},
): Promise<DeviceClient> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { now = Date.now, timeoutMs = 10_000 } = options
  return createDeviceClient({ serverUrl: `http://127.0.0.1:${port}`, fetch, identity, now, limits: { timeoutMs } })
}

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))

test('a server that answers as itself is healthy', async () => {
  await expect((await clientOf(answering(200, health))).health()).resolves.toEqual(health)
})

test('promise 2: whatever else answers is not the server', async () => {
  const impostors: readonly RequestListener[] = [
    answering(200, '<html>Sign in to HospitalGuest</html>', { 'content-type': 'text/html' }),
    answering(200, '{}'),
    answering(200, { ...health, serverId: newId() }),
    answering(302, '', { location: 'https://portal.example/' }),
    answering(404, '<html>nothing here</html>'),
    answering(511, ''),
  ]
  const codes: unknown[] = []
  for (const impostor of impostors)
    codes.push(await (await clientOf(impostor)).health().catch((error: { code: unknown }) => error.code))
  expect(codes).toEqual([...Array.from({ length: 5 }, () => 'not_the_server'), 'server_unreachable'])
})

test('a server that is down, broken or silent is unreachable', async () => {
  const down = createDeviceClient({ serverUrl: 'http://127.0.0.1:1', fetch, identity })
  await expect(down.health()).rejects.toMatchObject({ code: 'server_unreachable' })
  const failing = await clientOf(answering(500, { code: 'internal', message: 'The server failed.' }))
  await expect(failing.health()).rejects.toMatchObject({ code: 'server_unreachable' })
  const silent = await clientOf(() => undefined, { timeoutMs: 50 })
  await expect(silent.health()).rejects.toMatchObject({ code: 'server_unreachable' })
})

test('the server’s refusals keep their code and sentence; one of a newer server is named as such', async () => {
  const refusing = await clientOf(answering(403, { code: 'device_revoked', message: 'Revoked on Monday.' }))
  await expect(refusing.authenticate()).rejects.toMatchObject({
    name: 'SpiraError',
    code: 'device_revoked',
    message: 'Revoked on Monday.',
  })
  const newer = await clientOf(answering(403, { code: 'quota_of_2031', message: 'Later.' }))
  await expect(newer.authenticate()).rejects.toMatchObject({ name: 'SyncError', code: 'refusal_unknown' })
  const other = await clientOf(answering(200, { ...health, protocolVersions: [7] }))
  await expect(other.health()).rejects.toMatchObject({
    code: 'protocol_unsupported',
    message: expect.stringContaining('7'),
  })
})

test('a token is used until shortly before it expires by the server’s clock, and renewed when it is refused', async () => {
  const start = Date.parse(health.time)
  let tokens = 0
  let now = start - 3_600_000
  const client = await clientOf(
    (request, response) => {
      const expiresAt = new Date(start + 600_000).toISOString()
      if (request.url === '/api/health') response.end(JSON.stringify(health))
      else if (request.url?.endsWith('/challenge'))
        response.end(JSON.stringify({ challenge: 'c'.repeat(20), expiresAt }))
      else response.end(JSON.stringify({ token: `${'t'.repeat(20)}${(tokens += 1)}`, expiresAt }))
    },
    // The device's clock is an hour slow.
    { now: () => now },
  )
  await client.health()
  const first = await client.authenticate()
  now += 500_000
  expect(await client.authenticate()).toBe(first)
  expect(await client.authenticate(first)).not.toBe(first)
  now += 80_000
  await client.authenticate()
  expect(tokens).toBe(3)
})
