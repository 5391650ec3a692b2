import 'fake-indexeddb/auto'
import { expect, test, vi } from 'vitest'
import { createTestBedside } from '../bedside/testing/testBedside.ts'
import { rememberedPrevalence } from '../encounter/remembered.ts'
import { createOpener } from '../store/opener.ts'
import { createCarryOut } from './carryOut.ts'

const kept = new Map<string, string>()
vi.stubGlobal('localStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
})

test('what the administrator says of the site stands in the place of what the ward reckoned; nothing said is nothing', async () => {
  const { store } = await createTestBedside()
  const carryOut = createCarryOut({
    store,
    opener: createOpener(store.keys),
    checkForModel: () => undefined,
    checkForProtocol: () => undefined,
  })
  rememberedPrevalence.set('30')
  await carryOut({ type: 'site-prevalence.set', percent: 12 })
  expect(rememberedPrevalence.get()).toBe('12')
  await carryOut({ type: 'site-prevalence.set', percent: null })
  expect(rememberedPrevalence.get()).toBe('')
})
