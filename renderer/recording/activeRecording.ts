import type { Inference } from '../assessment/inference.ts'
import type { ActiveRecording, MicrophoneErrorCode, RecordingLevels, Take } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import type { DataKey } from '../store/envelope.ts'
import { isQuotaExceeded } from '../store/isQuotaExceeded.ts'
import { type AudioSource, isProcessedByBrowser } from './audioSource.ts'
import type { AutoStop } from './autoStop.ts'
import type { CaptureProcess } from './captureProcess.ts'
import type { TakeExpectations } from './captureProtocol.ts'
import { MicrophoneError } from './microphoneError.ts'
import { RecordingError } from './recordingError.ts'
import { RECORDING_RATE_HZ } from './takePipeline.ts'
import { CaptureCutError, followTake, type TakeRun } from './takeRun.ts'
import { createSpectrogramBuffer } from './spectrogramBuffer.ts'
import type { TakeSpeech } from './takeSpeech.ts'
import { createWaveformBuffer } from './waveformBuffer.ts'

export interface ActiveRecordingParts {
  readonly recordingId: string
  readonly key: DataKey
  readonly source: AudioSource
  readonly capture: CaptureProcess
  /** Where the capture sends each chunk besides the journal. */
  readonly copy: MessagePort | null
  readonly inference: Promise<Inference> | null
  readonly expectations: TakeExpectations
  /** Null where no detector runs. */
  readonly speech: TakeSpeech | null
  /** Null for a take that only the operator ends. */
  readonly autoStop: AutoStop | null
  readonly close: (run: TakeRun) => Promise<Take>
  /** Makes the take out of what is on disk, after the capture was cut. */
  readonly replay: () => Promise<Take>
  readonly remove: () => Promise<void>
  /** The take is closed or given up: microphone, worker and lock are let go. */
  readonly released: () => void
}

/** A recording from its first sample to its take. It ends by Stop, or by itself when microphone, disk or worker fail. */
export function startActiveRecording(parts: ActiveRecordingParts): ActiveRecording {
  const { recordingId, key, source, capture, copy, inference, expectations, speech, autoStop } = parts
  const live = createLive<RecordingLevels>({
    state: 'recording',
    elapsedMs: 0,
    levelDbfs: -100,
    peakDbfs: -100,
    clipping: false,
    silentMs: 0,
    heard: autoStop === null,
    windowsScored: 0,
    endedBy: null,
    problem: null,
  })
  const show = (change: Partial<RecordingLevels>): void => live.set({ ...live.get(), ...change })
  const waveform = createWaveformBuffer()
  const spectrogram = createSpectrogramBuffer()
  let cancelled = false

  const run = followTake(capture, inference, {
    level({ reading, sampleCount }) {
      const { pairs, columns, samples, ...levels } = reading
      speech?.hear(samples)
      waveform.put(pairs)
      spectrogram.put(columns)
      const elapsedMs = (sampleCount / RECORDING_RATE_HZ) * 1000
      const verdict = autoStop?.observe({ ...levels, speaking: speech?.speaking() ?? null }, elapsedMs) ?? 'go-on'
      show({ ...levels, elapsedMs, silentMs: autoStop?.silentMs() ?? 0, heard: autoStop?.heard() ?? true })
      if (verdict === 'go-on' || live.get().state !== 'recording') return
      show({ state: 'stopping', endedBy: verdict })
      capture.post({ type: 'end', because: verdict })
    },
    captured(because) {
      source.close()
      const heard = speech?.finish() ?? Promise.resolve(null)
      heard.then((speechMs) => capture.post({ type: 'speech', speechMs })).catch(() => undefined)
      show({ state: 'stopping', ...(because === 'lost' ? { problem: 'microphone-unplugged' } : {}) })
    },
    scored: (windowsScored) => show({ windowsScored }),
  })
  source.onLost(() => capture.post({ type: 'end', because: 'lost' }))
  capture.post(
    {
      type: 'record',
      recordingId,
      key,
      input: source.input,
      processedByBrowser: isProcessedByBrowser(source.capture),
      expectations,
      copy,
    },
    copy === null ? source.transfer : [...source.transfer, copy],
  )

  async function finish(): Promise<Take> {
    try {
      return await parts.close(run)
    } catch (error) {
      if (cancelled || !(error instanceof CaptureCutError)) throw error
      source.close()
      capture.close()
      if (error.because === 'journal-closed') throw new RecordingError('recording-unknown', { cause: error })
      const problem: MicrophoneErrorCode | null = error.because === 'storage-full' ? 'storage-full' : null
      show({ state: 'stopping', problem })
      return await parts.replay()
    }
  }

  const taken = finish()
    .catch((error: unknown) => {
      throw isQuotaExceeded(error) ? new MicrophoneError('storage-full', { cause: error }) : error
    })
    .finally(() => {
      parts.released()
      show({ state: 'ended' })
    })
  // Whoever calls stop() hears of a failure; a recording that ended by itself says so in `live`.
  taken.catch(() => undefined)

  return {
    recordingId,
    live,
    takeWaveform: waveform.take,
    takeSpectrogram: spectrogram.take,
    stop() {
      if (cancelled) return Promise.reject(new RecordingError('recording-unknown'))
      if (live.get().state === 'recording') {
        show({ state: 'stopping' })
        capture.post({ type: 'end', because: 'stopped' })
      }
      return taken
    },
    async cancel() {
      cancelled = true
      parts.released()
      await parts.remove()
      show({ state: 'ended' })
    },
  }
}
