import 'fake-indexeddb/auto'
import type { Enrolment, PublicKeyJwk } from '@spira/shared/protocol/deviceApi.ts'
import { keyIdOf, verifyText } from '@spira/shared/protocol/ed25519.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { beforeAll, expect, test } from 'vitest'
import { openStore } from '../store/store.ts'
import { deviceKey, publicJwk } from './deviceKey.ts'
import { createDeviceService } from './deviceService.ts'

const serverId = newId()
const tufRoot = JSON.stringify({ signed: { _type: 'root', version: 1 }, signatures: [] })
let enrolment: Enrolment
beforeAll(async () => {
  const publicKey = await publicJwk(await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']))
  const site = { id: newId(), name: 'Ward 3' }
  enrolment = { deviceId: newId(), site, serverId, receiptKey: { keyId: await keyIdOf(publicKey), publicKey }, tufRoot }
})

const health = {
  service: 'spira-training-server',
  serverId,
  version: '1',
  protocolVersions: [1],
  time: '2026-11-23T08:00:00.000Z',
}
const request = { serverUrl: 'localhost:4600', code: '7k3mq2x0', deviceName: ' Tablet ' }

/** A server that takes one enrolment, `reply` of it; the public keys it was shown are in `keys`. */
function serverGiving(reply: () => Response) {
  const keys: PublicKeyJwk[] = []
  const bodies: unknown[] = []
  const fetch = async (url: string, init: { body?: string }): Promise<Response> => {
    if (url.endsWith('/api/health')) return Response.json(health)
    const body = JSON.parse(init.body ?? '') as { publicKey: PublicKeyJwk }
    bodies.push(body)
    keys.push(body.publicKey)
    return reply()
  }
  return { fetch, keys, bodies }
}

test('enrols, and is enrolled after a restart, with a key that script cannot read', async () => {
  const store = await openStore(newId())
  const { fetch, keys, bodies } = serverGiving(() => Response.json(enrolment))
  const device = await createDeviceService({ store, fetch, appVersion: '0.1.0' })
  expect(device.state.get()).toEqual({ status: 'not-enrolled', erased: null })
  expect(device.client()).toBeNull()
  await device.enrol(request)
  const { deviceId, site } = enrolment
  const state = { status: 'enrolled', deviceId, deviceName: 'Tablet', site, serverUrl: 'http://localhost:4600' }
  expect(device.state.get()).toEqual(state)
  expect(bodies).toEqual([{ code: '7K3M-Q2X0', deviceName: 'Tablet', appVersion: '0.1.0', publicKey: keys[0] }])

  const again = await createDeviceService({ store: await openStore(store.db.name), fetch, appVersion: '0.1.0' })
  expect(again.state.get()).toEqual(state)
  expect(await store.db.tuf.toArray()).toEqual([{ role: 'root', text: tufRoot }])
  const { privateKey } = (await deviceKey(store.db, 'device')) as CryptoKeyPair
  expect(privateKey.extractable).toBe(false)
  const signature = Buffer.from(await crypto.subtle.sign('Ed25519', privateKey, Buffer.from('text'))).toString('base64')
  expect(await verifyText('text', signature, keys[0])).toBe(true)
})

test('the enrolment lies sealed', async () => {
  const store = await openStore(newId())
  await (
    await createDeviceService({ store, fetch: serverGiving(() => Response.json(enrolment)).fetch, appVersion: '1' })
  ).enrol(request)
  const row = await store.db.settings.get('enrolment')
  expect(Buffer.from(row?.sealed.data ?? new ArrayBuffer()).includes('Ward 3')).toBe(false)
})

test('nothing is kept of an enrolment that the server refused, or whose answer is not the server’s', async () => {
  const refusals: readonly [() => Response, string][] = [
    [
      () => Response.json({ code: 'enrolment_code_invalid', message: 'Used.' }, { status: 403 }),
      'enrolment_code_invalid',
    ],
    [() => new Response('<html>', { status: 200 }), 'not_the_server'],
    [() => Response.json({ ...enrolment, serverId: newId() }), 'not_the_server'],
    [() => Response.json({ ...enrolment, tufRoot: '{}' }), 'not_the_server'],
    [
      () => Response.json({ ...enrolment, receiptKey: { ...enrolment.receiptKey, keyId: 'ab'.repeat(32) } }),
      'not_the_server',
    ],
    [() => new Response('', { status: 503 }), 'server_unreachable'],
  ]
  for (const [reply, code] of refusals) {
    const store = await openStore(newId())
    const device = await createDeviceService({ store, fetch: serverGiving(reply).fetch, appVersion: '1' })
    await expect(device.enrol(request)).rejects.toMatchObject({ code })
    expect(device.state.get()).toEqual({ status: 'not-enrolled', erased: null })
    expect(await store.db.settings.count()).toBe(0)
    expect(await store.db.tuf.count()).toBe(0)
  }
})

test('an answer that got lost does not cost the key: the next attempt shows the same one', async () => {
  const store = await openStore(newId())
  let lost = true
  const { fetch, keys } = serverGiving(() => {
    if (!lost) return Response.json(enrolment)
    lost = false
    throw new TypeError('fetch failed')
  })
  const device = await createDeviceService({ store, fetch, appVersion: '1' })
  await expect(device.enrol(request)).rejects.toMatchObject({ code: 'server_unreachable' })
  await device.enrol(request)
  expect(keys[1]).toEqual(keys[0])
})

test('the code is not shown to what does not answer as a training server, nor in the clear', async () => {
  const asked: string[] = []
  const fetch = async (url: string): Promise<Response> => {
    asked.push(url)
    return new Response('<html>Sign in</html>')
  }
  const device = await createDeviceService({ store: await openStore(newId()), fetch, appVersion: '1' })
  await expect(device.enrol(request)).rejects.toMatchObject({ code: 'not_the_server' })
  await expect(device.enrol({ ...request, serverUrl: 'http://192.168.0.10' })).rejects.toMatchObject({
    code: 'server_address_insecure',
  })
  await expect(device.enrol({ ...request, code: 'rubbish!' })).rejects.toMatchObject({ code: 'enrolment_code_invalid' })
  expect(asked).toEqual(['http://localhost:4600/api/health'])
})

test('enrolling again with the same server keeps the newer root that is trusted by now', async () => {
  const store = await openStore(newId())
  const { fetch, keys } = serverGiving(() => Response.json(enrolment))
  const device = await createDeviceService({ store, fetch, appVersion: '1' })
  await device.enrol(request)
  await store.db.tuf.put({ role: 'root', text: 'version 2' })
  await device.enrol(request)
  expect(await store.db.tuf.get('root')).toMatchObject({ text: 'version 2' })
  expect(keys[1]).not.toEqual(keys[0])
})
