import { healthSchema } from '@spira/shared/protocol/deviceApi.ts'
import { expect, test } from 'vitest'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from './app.ts'
import { trustedProxies } from './trustedProxies.ts'

const { context } = await withTestDatabase()

/** How many networks two devices behind a proxy at 172.18.0.5 are. */
const networks = async (setting: string | undefined) => {
  const app = await buildServer(context, { proxies: trustedProxies(setting) })
  const network = async (device: string) => {
    const headers = { 'x-forwarded-for': device }
    const reply = await app.inject({ url: '/api/health', headers, remoteAddress: '172.18.0.5' })
    return healthSchema.parse(reply.json()).network
  }
  const both = [await network('10.1.2.3'), await network('10.9.9.9')]
  await app.close()
  return new Set(both).size
}

test('only a proxy that is listed says who called', async () => {
  expect(await networks(undefined)).toBe(1)
  expect(await networks('10.0.0.7')).toBe(1)
  expect(await networks('10.0.0.7, 172.18.0.0/16')).toBe(2)
})

test('a list that cannot be read is refused, and so is everybody', () => {
  expect(trustedProxies('')).toEqual(['loopback'])
  expect(trustedProxies('fd00::/8')).toEqual(['loopback', 'fd00::/8'])
  for (const wrong of ['proxy.example', '10.0.0.0/33', '10.0.0.0/', '0.0.0.0/0', '10.0.0.0/8/8', '300.0.0.1'])
    expect(() => trustedProxies(`10.0.0.7,${wrong}`)).toThrow(`"${wrong}"`)
})
