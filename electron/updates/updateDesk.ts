import type { ShellUpdate } from '@spira/renderer/shell/bridge.ts'
import type { RunningUpdates, UpdateStart, UpdatesOff } from './startUpdates.ts'

/** What the shell knows of its own updates, for the page, the diagnostics and the moment of quitting. */
export interface UpdateDesk {
  state(): ShellUpdate
  install(): 'installing' | 'postponed' | 'none'
  beforeQuit(): void
  stop(): void
}

export interface UpdateDeskParts {
  readonly start: (onState: UpdateStart['onState']) => Promise<RunningUpdates | UpdatesOff>
  readonly onState: (state: ShellUpdate) => void
  readonly onFailure: (error: unknown) => void
}

/** Starts looking for updates. One that is ready stays ready, whatever a later look says. */
export function openUpdateDesk({ start, onState, onFailure }: UpdateDeskParts): UpdateDesk {
  let state: ShellUpdate = { kind: 'unknown' }
  let running: RunningUpdates | null = null
  let stopped = false

  function become(next: ShellUpdate): void {
    if (state.kind === 'ready' && next.kind !== 'ready') return
    state = next
    onState(next)
  }
  async function begin(): Promise<void> {
    const started = await start(become)
    if ('kind' in started) become(started)
    else {
      running = started
      if (stopped) started.stop()
    }
  }
  begin().catch(onFailure)

  return {
    state: () => state,
    install: () => running?.updates.install() ?? 'none',
    beforeQuit: () => running?.updates.beforeQuit(),
    stop() {
      stopped = true
      running?.stop()
    },
  }
}
