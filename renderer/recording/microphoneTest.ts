import type { MicrophoneTest } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import { asDelivered, type AudioSource, isProcessedByBrowser } from './audioSource.ts'
import type { CaptureProcess } from './captureProcess.ts'
import { RecordingError } from './recordingError.ts'
import { createSpectrogramBuffer } from './spectrogramBuffer.ts'
import { RECORDING_RATE_HZ } from './takePipeline.ts'
import { createWaveformBuffer } from './waveformBuffer.ts'

export interface MicrophoneTestParts {
  readonly openSource: () => Promise<AudioSource>
  readonly openCapture: () => CaptureProcess
  readonly released: () => void
}

/** Long enough for a sentence; then it ends by itself, so that no microphone stays open. */
const LONGEST_TEST_MS = 30_000

/** Hears the microphone through the same worker as a recording, and keeps nothing. */
export async function startMicrophoneTest(parts: MicrophoneTestParts): Promise<MicrophoneTest> {
  const { openSource, openCapture, released } = parts
  const source = await openSource().catch((error: unknown) => {
    released()
    throw error
  })
  const capture = openCapture()
  const live = createLive({ elapsedMs: 0, levelDbfs: -100, peakDbfs: -100, clipping: false })
  const waveform = createWaveformBuffer()
  const spectrogram = createSpectrogramBuffer()
  const ratesHz: number[] = []
  const heard = Promise.withResolvers<Awaited<ReturnType<MicrophoneTest['stop']>>>()
  const end = (): void => capture.post({ type: 'end', because: 'stopped' })
  const timer = setTimeout(end, LONGEST_TEST_MS)

  capture.listen(
    (report) => {
      if (report.type === 'level') {
        const { pairs, columns, samples: _, ...levels } = report.reading
        waveform.put(pairs)
        spectrogram.put(columns)
        live.set({ ...levels, elapsedMs: (report.sampleCount / RECORDING_RATE_HZ) * 1000 })
      } else if (report.type === 'rate') ratesHz.push(report.sampleRateHz)
      else if (report.type === 'heard') {
        heard.resolve({
          audio: new Blob([report.wav], { type: 'audio/wav' }),
          quality: report.quality,
          capture: asDelivered(source.capture, ratesHz),
        })
      } else if (report.type === 'failed') heard.reject(new RecordingError('capture-failed'))
    },
    (cause) => heard.reject(new RecordingError('capture-failed', { cause })),
  )
  source.onLost(end)
  capture.post(
    { type: 'listen', input: source.input, processedByBrowser: isProcessedByBrowser(source.capture) },
    source.transfer,
  )
  const ended = heard.promise.finally(() => {
    clearTimeout(timer)
    source.close()
    capture.close()
    released()
  })
  // Whoever calls stop() hears of a failure.
  ended.catch(() => undefined)
  return {
    capture: asDelivered(source.capture, []),
    live,
    takeWaveform: waveform.take,
    takeSpectrogram: spectrogram.take,
    stop() {
      end()
      return ended
    },
  }
}
