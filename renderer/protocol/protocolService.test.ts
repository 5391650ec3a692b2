import 'fake-indexeddb/auto'
import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import type { DeviceClient } from '@spira/shared/protocol/deviceClient.ts'
import { SyncError } from '@spira/shared/protocol/syncError.ts'
import { expect, test } from 'vitest'
import type { DeviceState } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import { openTestStore } from '../store/testing/testStore.ts'
import { protocolOf } from './protocols.ts'
import { createProtocolService } from './protocolService.ts'

const NEVER = { firstMs: 1e8, everyMs: 1e8, longestMs: 1e8, jitter: 0 }

async function serviceOver(storeName: string, answer: () => Promise<{ version: number }>) {
  const store = await openTestStore(storeName)
  const client = { clinicalProtocol: answer } as unknown as DeviceClient
  const device = { state: createLive<DeviceState>({ status: 'not-enrolled', erased: null }), client: () => client }
  return { store, service: await createProtocolService({ store, device, times: NEVER }) }
}
const second = { ...defaultProtocol, version: 2 }

test('takes the newest version, keeps it over a restart, and old encounters keep theirs', async () => {
  const name = `protocols-${crypto.randomUUID()}`
  const { store, service } = await serviceOver(name, () => Promise.resolve(second))
  expect(service.current.get()).toEqual(defaultProtocol)
  expect(await service.refresh()).toBe('reached')
  expect(service.current.get()).toEqual(second)
  service.dispose()
  store.db.close()

  const offline = await serviceOver(name, () => Promise.reject(new SyncError('server_unreachable')))
  expect(offline.service.current.get()).toEqual(second)
  expect(await offline.service.refresh()).toBe('unreachable')
  const rows = await offline.store.db.protocols.toArray()
  expect(protocolOf(rows, 1)).toEqual(defaultProtocol)
  expect(protocolOf(rows, 2)).toEqual(second)
  offline.service.dispose()
})

test('a version that is here never changes, and one this app cannot read is left alone', async () => {
  let answer: { version: number; title?: object } = second
  const { service } = await serviceOver(`protocols-${crypto.randomUUID()}`, () => Promise.resolve(answer))
  await service.refresh()
  answer = { ...second, title: { 'pt-BR': 'x', en: 'x', es: 'x' } }
  await service.refresh()
  answer = { version: 3 }
  expect(await service.refresh()).toBe('reached')
  expect(service.current.get()).toEqual(second)
  service.dispose()
})
