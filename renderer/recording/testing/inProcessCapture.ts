import type { Store } from '../../store/store.ts'
import type { AudioSource } from '../audioSource.ts'
import type { CaptureProcess } from '../captureProcess.ts'
import type { CaptureReport } from '../captureProtocol.ts'
import { createCaptureSession } from '../captureSession.ts'

/** The capture session without its worker, for tests where there is none. `crash` is what a killed worker looks like. */
export function openInProcessCapture(store: Store): CaptureProcess & { crash(): void } {
  let onReport: ((report: CaptureReport) => void) | null = null
  let onCrash: ((error: Error) => void) | null = null
  let open = true
  const session = createCaptureSession(
    () => Promise.resolve(store.db),
    (report) => queueMicrotask(() => open && onReport?.(report)),
  )
  return {
    post: (command) => session.receive(command),
    listen(reports, crashes) {
      onReport = reports
      onCrash = crashes
    },
    close: () => void (open = false),
    crash: () => {
      open = false
      onCrash?.(new Error('killed'))
    },
  }
}

/** A capture worker that dies as soon as someone listens to it. */
export const openDeadCapture = (): CaptureProcess & { crash(): void } => ({
  post: () => undefined,
  listen: (_, onCrash) => queueMicrotask(() => onCrash(new Error('killed'))),
  close: () => undefined,
  crash: () => undefined,
})

export interface PlayedSource extends AudioSource {
  /** Plays samples into the recording as the worklet would. */
  play(samples: Float32Array): void
  unplug(): void
  readonly closed: boolean
}

/** A microphone that hears what the test plays, at `sampleRateHz`. */
export function createPlayedSource(sampleRateHz = 48_000): PlayedSource {
  const { port1, port2 } = new MessageChannel()
  let lost: (() => void) | null = null
  let closed = false
  return {
    capture: { source: 'audio-worklet', sampleRateHz, channelCount: 1 },
    input: { kind: 'audio-worklet', port: port2, sampleRateHz },
    transfer: [],
    onLost: (listener) => void (lost = listener),
    close: () => {
      closed = true
      port1.close()
    },
    play(samples) {
      const block = sampleRateHz / 100
      for (let at = 0; at < samples.length; at += block) port1.postMessage(samples.slice(at, at + block))
    },
    unplug: () => lost?.(),
    get closed() {
      return closed
    },
  }
}
