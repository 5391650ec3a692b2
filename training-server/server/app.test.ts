import { expect, test } from 'vitest'
import { healthSchema } from '@spira/shared/protocol/deviceApi.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from './app.ts'

const { context } = await withTestDatabase()
const app = await buildServer(context)

test('health says who the server is', async () => {
  const reply = await app.inject('/api/health')
  expect(healthSchema.parse(reply.json())).toMatchObject({ serverId: context.serverId, protocolVersions: [1] })
})

test('every answer is cross-origin isolated and under the content security policy', async () => {
  for (const url of ['/api/health', '/bedside/', '/console/anything', '/nothing-here', '/api/console/v1/session']) {
    const { headers } = await app.inject(url)
    expect(headers, url).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    })
    expect(headers['content-security-policy'], url).toContain("script-src 'self' 'wasm-unsafe-eval';")
    expect(headers['content-security-policy'], url).toContain("default-src 'none'")
  }
})

const preflight = (origin: string, url: string) =>
  app.inject({ method: 'OPTIONS', url, headers: { origin, 'access-control-request-method': 'PATCH' } })

test('only the desktop shell may call the device API from another origin', async () => {
  const shell = await preflight('app://spira', '/api/device/v1/uploads/x')
  expect(shell.statusCode).toBe(204)
  expect(shell.headers['access-control-allow-origin']).toBe('app://spira')
  expect(shell.headers['access-control-allow-credentials']).toBeUndefined()
  // The web app from a folder of the device's own machine.
  const ownMachine = await preflight('http://127.0.0.1:4700', '/api/device/v1/uploads/x')
  expect(ownMachine.headers['access-control-allow-origin']).toBe('http://127.0.0.1:4700')
  for (const refused of [
    await preflight('https://evil.example', '/api/device/v1/uploads/x'),
    await preflight('http://127.0.0.1.evil.example', '/api/device/v1/uploads/x'),
    await preflight('http://127.0.0.1:4700', '/api/console/v1/session'),
    await preflight('app://spira', '/api/console/v1/session'),
  ]) {
    expect(refused.headers['access-control-allow-origin']).toBeUndefined()
  }
})

test('an unknown address is refused from the one table', async () => {
  const reply = await app.inject('/api/nothing')
  expect(reply.statusCode).toBe(404)
  expect(reply.json()).toEqual({ code: 'not_found', message: 'There is nothing at this address.' })
})

test('the OpenAPI description and the metrics are there', async () => {
  expect((await app.inject('/api/openapi.json')).json()).toHaveProperty(['paths', '/api/console/v1/session', 'post'])
  expect((await app.inject('/metrics')).body).toContain('spira_http_request_seconds_bucket')
})
