import 'fake-indexeddb/auto'
import { expect, test, vi } from 'vitest'
import { createTestBedside } from '../bedside/testing/testBedside.ts'
import { prevalenceOfSite, rememberedPrevalence } from '../encounter/remembered.ts'
import { createOpener } from '../store/opener.ts'
import { createCarryOut } from './carryOut.ts'

const kept = new Map<string, string>()
vi.stubGlobal('localStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
})

test('what the administrator says of the site is known, nothing said is nothing; told again, it takes nothing from what the ward reckons', async () => {
  const { store } = await createTestBedside()
  const carryOut = createCarryOut({
    store,
    opener: createOpener(store.keys),
    checkForModel: () => undefined,
    checkForProtocol: () => undefined,
  })
  rememberedPrevalence.set('30')
  const told = [12, null, 15] as const
  // Told again from the beginning, as after a restore of the server.
  for (const percent of [...told, ...told]) {
    await carryOut({ type: 'site-prevalence.set', percent })
    expect(prevalenceOfSite.get()).toBe(percent === null ? '' : String(percent))
  }
  expect(rememberedPrevalence.get()).toBe('30')
})
