/** How long quitting waits for the app to stop and keep the take. Afterwards the journal has it. */
export const QUIT_PATIENCE_MS = 15_000

export interface RecordingGuardParts {
  readonly power: { start(type: 'prevent-display-sleep'): number; stop(id: number): unknown }
  /** Tells the app to stop the recording and keep the take. */
  readonly askApp: () => void
  readonly quit: () => void
  readonly setTimer: (work: () => void, afterMs: number) => unknown
}

/** While a recording runs: no sleep, and no quitting before the take is kept. While an encounter is open: no update. */
export interface RecordingGuard {
  setRecording(recording: boolean): void
  setEncounterOpen(open: boolean): void
  /** Whether the app is being used for an encounter, so that nothing may fetch, install or restart. */
  isBusy(): boolean
  /** @returns true when quitting has to wait; then it quits by itself, once the app is ready or after QUIT_PATIENCE_MS. */
  holdQuit(): boolean
  /** The app has kept what there was. */
  ready(): void
  /** The app is gone (crashed or reloaded): nothing is being recorded any more. */
  forget(): void
}

export function createRecordingGuard({ power, askApp, quit, setTimer }: RecordingGuardParts): RecordingGuard {
  let blocker: number | null = null
  let encounterOpen = false
  let state: 'open' | 'asked' | 'quitting' = 'open'

  function setRecording(recording: boolean): void {
    if (recording && blocker === null) blocker = power.start('prevent-display-sleep')
    if (!recording && blocker !== null) {
      power.stop(blocker)
      blocker = null
    }
  }
  function quitNow(): void {
    if (state !== 'asked') return
    state = 'quitting'
    quit()
  }

  return {
    setRecording,
    setEncounterOpen: (open) => void (encounterOpen = open),
    isBusy: () => blocker !== null || encounterOpen,
    holdQuit() {
      if (state === 'asked') return true
      if (state === 'quitting' || blocker === null) return false
      state = 'asked'
      askApp()
      setTimer(quitNow, QUIT_PATIENCE_MS)
      return true
    },
    ready: quitNow,
    forget() {
      encounterOpen = false
      setRecording(false)
      quitNow()
    },
  }
}
