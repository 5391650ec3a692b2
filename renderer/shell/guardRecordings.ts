import type { ActiveRecording, RecorderService } from '../bedside/bedside.ts'
import type { ShellBridge } from './bridge.ts'

/** A shell that does not answer is no reason to disturb a recording. */
const tell = (call: Promise<unknown>): void => void call.catch(() => undefined)

/** While a recording runs the machine stays awake, and quitting first stops it and keeps the take. */
export function guardRecordings(recorder: RecorderService, bridge: ShellBridge): RecorderService {
  const running = new Set<ActiveRecording>()
  bridge.onQuitAsked(() => {
    const kept = Promise.allSettled([...running].map((recording) => recording.stop()))
    tell(kept.then(() => bridge.readyToQuit()))
  })

  return {
    ...recorder,
    async start(request) {
      const recording = await recorder.start(request)
      running.add(recording)
      tell(bridge.setRecording({ recording: true }))
      const unsubscribe = recording.live.subscribe(() => {
        if (recording.live.get().state !== 'ended') return
        unsubscribe()
        running.delete(recording)
        tell(bridge.setRecording({ recording: false }))
      })
      return recording
    },
  }
}
