import { openDatabase } from '../store/database.ts'
import type { CaptureCommand } from './captureProtocol.ts'
import { createCaptureSession } from './captureSession.ts'

/** One worker per take: a take that fails takes nothing else with it. */
const session = createCaptureSession(
  () => openDatabase(),
  (report) => self.postMessage(report),
)
self.onmessage = ({ data }: MessageEvent<CaptureCommand>) => session.receive(data)
