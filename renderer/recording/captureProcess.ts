import type { CaptureCommand, CaptureReport } from './captureProtocol.ts'

/** The process that records one take, seen from the window. */
export interface CaptureProcess {
  post(command: CaptureCommand, transfer?: readonly Transferable[]): void
  /** At most one listener; `onCrash` is the end of it. */
  listen(onReport: (report: CaptureReport) => void, onCrash: (error: Error) => void): void
  close(): void
}

export function openCaptureWorker(): CaptureProcess {
  const worker = new Worker(new URL('./capture.worker.ts', import.meta.url), { type: 'module', name: 'capture' })
  return {
    post: (command, transfer = []) => worker.postMessage(command, [...transfer]),
    listen(onReport, onCrash) {
      worker.onmessage = ({ data }: MessageEvent<CaptureReport>) => onReport(data)
      worker.onerror = (event) => onCrash(new Error(event.message || 'The capture worker could not be started'))
      worker.onmessageerror = () => onCrash(new Error('The capture worker sent something unreadable'))
    },
    close: () => worker.terminate(),
  }
}
