import { copyChunksTo } from '../shell/copyPort.ts'
import { isQuotaExceeded } from '../store/isQuotaExceeded.ts'
import type { SpiraDatabase } from '../store/database.ts'
import { keysFrom } from '../store/dataKeys.ts'
import type { CaptureCommand, CaptureReport, EndReason, TakeExpectations, WindowPlan } from './captureProtocol.ts'
import { appendChunk, JournalClosedError, readJournal } from './journal.ts'
import { type FrameReader, frameReaderOf } from './monoFrames.ts'
import { createTakePipeline, RECORDING_RATE_HZ, type TakePipeline, type TakePipelineOutput } from './takePipeline.ts'

/** Blocks of 10 ms that had to be waited for, one after the other, came as they sounded: nothing said before Stop is still queued. */
const WAITED_MS = 3
const WAITED_IN_A_ROW = 3
/** However busy the machine: this long after Stop the take ends. */
const LONGEST_TAIL_MS = 500

type RecordCommand = Extract<CaptureCommand, { type: 'record' }>
type ReplayCommand = Extract<CaptureCommand, { type: 'replay' }>
type ListenCommand = Extract<CaptureCommand, { type: 'listen' }>

/** One take inside the capture worker: reads the sound, writes the journal, measures, and reports. Never throws: it reports. */
export function createCaptureSession(
  openDatabase: () => Promise<SpiraDatabase>,
  report: (message: CaptureReport) => void,
): { receive(command: CaptureCommand): void } {
  let pipeline: TakePipeline | null = null
  let plan: WindowPlan | null = null
  let ended = false
  let endRequest: { readonly because: EndReason; readonly at: number } | null = null
  let reader: FrameReader | null = null
  const speech = Promise.withResolvers<number | null>()

  const fail = (error: unknown): void => report({ type: 'failed', message: messageOf(error) })

  function begin(output: TakePipelineOutput): TakePipeline {
    pipeline = createTakePipeline(output)
    analyse()
    return pipeline
  }

  function analyse(): void {
    if (pipeline === null || plan === null) return
    try {
      pipeline.analyse(plan)
      if (ended) report({ type: 'analysed' })
    } catch (error) {
      // The model's wishes cannot be met; the recording goes on without it.
      plan = null
      report({ type: 'analysis-failed', message: messageOf(error) })
    }
  }

  function end(): void {
    ended = true
    pipeline?.end()
    if (plan !== null) report({ type: 'analysed' })
  }

  /** Reads until the end was asked for and everything said before it is in, or the source ends. */
  async function readAll(take: TakePipeline, frames: FrameReader, cut?: AbortSignal): Promise<EndReason> {
    let waited = 0
    let rateHz: number | null = null
    const isCut = (): boolean => cut?.aborted === true
    while (!isCut()) {
      const asked = performance.now()
      const frame = await frames.read()
      const now = performance.now()
      if (frame === null) break
      if (frame.sampleRateHz !== rateHz) {
        rateHz = frame.sampleRateHz
        report({ type: 'rate', sampleRateHz: rateHz })
      }
      take.push(frame)
      waited = now - asked < WAITED_MS ? 0 : waited + 1
      if (endRequest !== null && (waited >= WAITED_IN_A_ROW || now - endRequest.at > LONGEST_TAIL_MS)) break
    }
    frames.cancel()
    return endRequest?.because ?? 'lost'
  }

  async function listen({ input, processedByBrowser }: ListenCommand): Promise<void> {
    reader = frameReaderOf(input)
    const take = begin({
      chunk: () => undefined,
      level: (reading, sampleCount) => report({ type: 'level', sampleCount, reading }),
      windows: () => undefined,
    })
    const because = await readAll(take, reader)
    report({ type: 'captured', because })
    end()
    report({
      type: 'heard',
      wav: take.wav(),
      quality: take.quality({ interrupted: because === 'lost', processedByBrowser }),
    })
  }

  async function record(command: RecordCommand): Promise<void> {
    const { recordingId, key, input, processedByBrowser, expectations, copy: copyPort } = command
    const db = openDatabase()
    const copy = copyPort === null ? null : copyChunksTo(copyPort)
    let written = Promise.resolve()
    let index = 0
    const cut = new AbortController()
    reader = frameReaderOf(input)
    const frames = reader
    const take = begin({
      chunk: (pcm) => {
        const position = index
        index += 1
        // The read loop never waits for the disk: the audio system would drop what it cannot hand over.
        written = written.then(async () => appendChunk(await db, key, recordingId, position, pcm, copy))
        written.catch(() => {
          cut.abort()
          frames.cancel()
        })
      },
      level: (reading, sampleCount) => report({ type: 'level', sampleCount, reading }),
      windows: (windows) => report({ type: 'windows', windows }),
    })

    const because = await readAll(take, frames, cut.signal)
    report({ type: 'captured', because })
    end()
    // Beside the last write, not after it: of two minutes it takes as long.
    const fingerprint = take.fingerprint()
    fingerprint.catch(() => undefined)
    try {
      await written
    } catch (error) {
      if (isQuotaExceeded(error)) report({ type: 'cut', because: 'storage-full' })
      else if (error instanceof JournalClosedError) report({ type: 'cut', because: 'journal-closed' })
      else throw error
      return
    }
    const facts = {
      ...factsOf(expectations),
      speechMs: await speech.promise,
      interrupted: because === 'lost',
      endedAtLongest: because === 'longest',
      processedByBrowser,
    }
    report({ type: 'measured', measures: { ...(await fingerprint), quality: take.quality(facts) } })
  }

  async function replay(command: ReplayCommand): Promise<void> {
    const { recordingId, keys, interrupted, processedByBrowser, expectations } = command
    const pcm = await readJournal(await openDatabase(), keysFrom(keys), recordingId)
    const take = begin({
      chunk: () => undefined,
      level: () => undefined,
      windows: (windows) => report({ type: 'windows', windows }),
    })
    for (let at = 0; at < pcm.length; at += RECORDING_RATE_HZ) take.pushPcm(pcm.subarray(at, at + RECORDING_RATE_HZ))
    end()
    const facts = { ...factsOf(expectations), speechMs: await speech.promise, interrupted, processedByBrowser }
    report({ type: 'measured', measures: { ...(await take.fingerprint()), quality: take.quality(facts) } })
  }

  return {
    receive(command) {
      switch (command.type) {
        case 'record':
          record(command).catch(fail)
          return
        case 'replay':
          replay(command).catch(fail)
          return
        case 'listen':
          listen(command).catch(fail)
          return
        case 'analyse':
          plan = command.plan
          analyse()
          return
        case 'speech':
          speech.resolve(command.speechMs)
          return
        case 'end':
          endRequest ??= { because: command.because, at: performance.now() }
          // No further sound may come that would wake the reader: a muted or unplugged microphone is silent for ever.
          setTimeout(() => reader?.cancel(), LONGEST_TAIL_MS)
          return
      }
    },
  }
}

const factsOf = ({ expects, shortestMs, roomDbfs }: TakeExpectations) => ({
  expects,
  roomDbfs,
  ...(shortestMs === null ? {} : { shortestMs }),
})

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
