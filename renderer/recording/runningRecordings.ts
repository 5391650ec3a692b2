import type { ActiveRecording, RecorderService } from '../bedside/bedside.ts'

export interface WatchedRecorder {
  readonly recorder: RecorderService
  /** From the first sample until its take is closed or given up. */
  readonly isRecording: () => boolean
}

/** Knows whether a recording runs in this window. */
export function watchRecordings(recorder: RecorderService): WatchedRecorder {
  const running = new Set<ActiveRecording>()
  return {
    isRecording: () => running.size > 0,
    recorder: {
      ...recorder,
      async start(request) {
        const recording = await recorder.start(request)
        running.add(recording)
        const unsubscribe = recording.live.subscribe(() => {
          if (recording.live.get().state !== 'ended') return
          unsubscribe()
          running.delete(recording)
        })
        return recording
      },
    },
  }
}
