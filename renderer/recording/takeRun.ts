import { type Assessor, createAssessor } from '../assessment/assessor.ts'
import type { Inference } from '../assessment/inference.ts'
import type { CaptureProcess } from './captureProcess.ts'
import type { CaptureReport, EndReason } from './captureProtocol.ts'
import type { TakeMeasures } from './recordingDetails.ts'

export type CutReason = Extract<CaptureReport, { type: 'cut' }>['because'] | 'crashed'

/** The capture ended without measuring the take; what it wrote is on disk and can be replayed. */
export class CaptureCutError extends Error {
  override readonly name = 'CaptureCutError'
  readonly because: CutReason

  constructor(because: CutReason, options?: ErrorOptions) {
    super(because, options)
    this.because = because
  }
}

export interface TakeRunEvents {
  readonly level?: (report: Extract<CaptureReport, { type: 'level' }>) => void
  readonly captured?: (because: EndReason) => void
  readonly scored?: (count: number) => void
}

/** One take on its way through the capture process and the model. */
export interface TakeRun {
  /** Every chunk is on disk and measured. @throws CaptureCutError */
  readonly measured: Promise<TakeMeasures>
  /** An assessor that has been given every window. Rejects when the model could not be loaded or fed. */
  readonly assessor: Promise<Assessor>
  /** The sampling rates that were delivered so far, each when it changed; none of a replay. */
  readonly ratesHz: readonly number[]
}

/**
 * Follows a capture process that has been given its take. Neither side waits for the other: sound is written from the first
 * moment, and a model that is still loading gets every window once it is there.
 *
 * @param inference null for a take that is not assessed.
 */
export function followTake(
  capture: CaptureProcess,
  inference: Promise<Inference> | null,
  events: TakeRunEvents = {},
): TakeRun {
  const measured = Promise.withResolvers<TakeMeasures>()
  const analysed = Promise.withResolvers<void>()
  const ratesHz: number[] = []
  let assessor: Assessor | null = null

  const cut = (because: CutReason, cause?: Error): void => {
    const error = new CaptureCutError(because, { cause })
    measured.reject(error)
    analysed.reject(error)
  }

  capture.listen(
    (report) => {
      switch (report.type) {
        case 'level':
          events.level?.(report)
          return
        case 'rate':
          ratesHz.push(report.sampleRateHz)
          return
        case 'windows':
          assessor?.add(report.windows)
          return
        case 'captured':
          events.captured?.(report.because)
          return
        case 'measured':
          measured.resolve(report.measures)
          return
        case 'analysed':
          analysed.resolve()
          return
        case 'analysis-failed':
          analysed.reject(new Error(report.message))
          return
        case 'heard':
          // Of a microphone test alone, which is no take.
          return
        case 'cut':
          cut(report.because)
          return
        case 'failed':
          cut('crashed', new Error(report.message))
          return
      }
    },
    (error) => cut('crashed', error),
  )

  async function startAssessor(): Promise<Assessor> {
    if (inference === null) throw new Error('this take is not assessed')
    const model = await inference
    const ready = createAssessor(model, (count) => events.scored?.(count))
    assessor = ready
    capture.post({ type: 'analyse', plan: { features: model.manifest.features, window: model.manifest.window } })
    await analysed.promise
    return ready
  }

  const assessorReady = startAssessor()
  // Both are awaited only once the take ends; until then a rejection is not yet anybody's.
  for (const promise of [measured.promise, analysed.promise, assessorReady]) promise.catch(() => undefined)
  return { measured: measured.promise, assessor: assessorReady, ratesHz }
}
