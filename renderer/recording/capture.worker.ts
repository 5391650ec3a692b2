import { openStore } from '../store/store.ts'
import type { CaptureCommand } from './captureProtocol.ts'
import { createCaptureSession } from './captureSession.ts'

/** One worker per take: a take that fails takes nothing else with it. */
const session = createCaptureSession(
  () => openStore(),
  (report) => self.postMessage(report),
)
self.onmessage = ({ data }: MessageEvent<CaptureCommand>) => session.receive(data)
