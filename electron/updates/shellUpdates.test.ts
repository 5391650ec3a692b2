import { rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { startShell } from '../shell.ts'
import { createElectronDouble } from '../testing/electronDouble.ts'
import type { AppUpdates } from './appUpdates.ts'
import type { UpdateStart } from './startUpdates.ts'

it('the shell tells the updater that a recording runs, and asks it before quitting', async () => {
  const { facade, installation, invoke, emit, data } = await createElectronDouble()
  let given: Pick<UpdateStart, 'busy'> | null = null
  const calls: string[] = []
  await startShell(facade, {
    ...installation,
    startUpdates: async (start) => {
      given = start
      const updates: Pick<AppUpdates, 'beforeQuit'> = { beforeQuit: () => void calls.push(`busy ${start.busy()}`) }
      return { updates: updates as AppUpdates, stop: () => void calls.push('stop') }
    },
  })
  expect(given).not.toBeNull()
  const isHeld = (): boolean => emit('app', 'before-quit')
  await invoke('setRecording', { recording: true })
  expect(isHeld()).toBe(true)
  await invoke('setRecording', { recording: false })
  await invoke('readyToQuit')
  expect(isHeld()).toBe(false)
  emit('app', 'will-quit')
  expect(calls).toEqual(['busy true', 'busy false', 'stop'])
  await rm(data, { recursive: true, force: true })
})
