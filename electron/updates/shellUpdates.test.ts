import { rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { startShell } from '../shell.ts'
import { createElectronDouble } from '../testing/electronDouble.ts'
import type { AppUpdates, UpdateState } from './appUpdates.ts'
import type { UpdateStart } from './startUpdates.ts'

/** The shell with an updater that notes what is asked of it. */
async function started() {
  const double = await createElectronDouble()
  const calls: string[] = []
  let look: UpdateStart['onState'] | null = null
  await startShell(double.facade, {
    ...double.installation,
    startUpdates: async ({ busy, onState }) => {
      look = onState
      const updates: Pick<AppUpdates, 'beforeQuit' | 'install'> = {
        beforeQuit: () => void calls.push(`busy ${busy()}`),
        install: () => (busy() ? 'postponed' : 'installing'),
      }
      return { updates: updates as AppUpdates, stop: () => void calls.push('stop') }
    },
  })
  return { ...double, calls, look: (state: UpdateState) => look?.(state) }
}

it('the shell tells the updater that a recording runs, and asks it before quitting', async () => {
  const { invoke, emit, data, calls } = await started()
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

it('the page hears of an update that is ready, and can install it, but not while an encounter is open', async () => {
  const { invoke, emit, data, messages, look } = await started()
  expect(await invoke('updateState')).toEqual({ ok: true, value: { kind: 'unknown' } })
  look({ kind: 'ready', version: '1.5.0' })
  // Still ready: the next look came at a bad moment.
  look({ kind: 'postponed' })
  expect(messages).toEqual([['spira:updateChanged', { kind: 'ready', version: '1.5.0' }]])
  expect(await invoke('updateState')).toEqual({ ok: true, value: { kind: 'ready', version: '1.5.0' } })
  await invoke('setEncounterOpen', { open: true })
  expect(await invoke('installUpdate')).toEqual({ ok: true, value: 'postponed' })
  await invoke('setRecording', { recording: true })
  await invoke('setEncounterOpen', { open: false })
  expect(await invoke('installUpdate')).toEqual({ ok: true, value: 'postponed' })
  await invoke('setRecording', { recording: false })
  expect(await invoke('installUpdate')).toEqual({ ok: true, value: 'installing' })
  // A page that crashed has no encounter open.
  await invoke('setEncounterOpen', { open: true })
  emit('app', 'render-process-gone', { id: 7 }, { reason: 'crashed', exitCode: 11 })
  expect(await invoke('installUpdate')).toEqual({ ok: true, value: 'installing' })
  emit('app', 'will-quit')
  await rm(data, { recursive: true, force: true })
})

it('without an updater there is nothing to install, and the page is told why', async () => {
  const { facade, installation, invoke, emit, data } = await createElectronDouble()
  await startShell(facade, installation)
  expect(await invoke('updateState')).toEqual({ ok: true, value: { kind: 'off', reason: 'policy' } })
  expect(await invoke('installUpdate')).toEqual({ ok: true, value: 'none' })
  emit('app', 'will-quit')
  await rm(data, { recursive: true, force: true })
})
