import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import { createDamageMeter } from '@spira/shared/signal/damage.ts'
import { createQualityMeter } from '@spira/shared/signal/quality.ts'
import { createResampler } from '@spira/shared/signal/resample.ts'
import { createWindowStream, type WindowFeatures } from '@spira/shared/signal/streamingFeatures.ts'
import { encodeWav, floatToPcm16, pcm16ToFloat } from '@spira/shared/signal/wav.ts'
import type { WindowPlan } from './captureProtocol.ts'
import { CHUNK_SAMPLES, concatPcm } from './journal.ts'
import { createLevelMeter, type LevelReading } from './levels.ts'
import type { TakeMeasures } from './recordingDetails.ts'

export const RECORDING_RATE_HZ = 16_000

export interface TakePipelineOutput {
  readonly chunk: (pcm: Int16Array<ArrayBuffer>) => void
  readonly level: (reading: LevelReading, sampleCount: number) => void
  readonly windows: (windows: readonly WindowFeatures[]) => void
}

/** Everything that is computed of a take while its samples come in; no I/O. */
export interface TakePipeline {
  /** Mono samples in [-1, 1] at any rate, which may change: an operating system may swap the device under a track. */
  push(samples: Float32Array, sampleRateHz: number): void
  /** Samples that are 16 kHz PCM16 already. */
  pushPcm(pcm: Int16Array): void
  /** From now on windows are computed, those of the samples before at once. */
  analyse(plan: WindowPlan): void
  /** No sample comes any more: the rest of the resampler, the last chunk, the last window. */
  end(): void
  measure(circumstances: { readonly interrupted: boolean; readonly processedByBrowser: boolean }): Promise<TakeMeasures>
}

/**
 * Levels, quality and features are read from the quantised samples, the very ones that are stored and sent: training will
 * compute from what this device computed from (promise 4).
 */
export function createTakePipeline(output: TakePipelineOutput): TakePipeline {
  const chunks: Int16Array<ArrayBuffer>[] = []
  const quality = createQualityMeter()
  const levels = createLevelMeter()
  let filling = new Int16Array(CHUNK_SAMPLES)
  let filled = 0
  let sampleCount = 0
  let resampler: { readonly from: number; readonly stream: ReturnType<typeof createResampler> } | null = null
  let windows: ReturnType<typeof createWindowStream> | null = null
  let ended = false
  // The converter clips at its own rate; afterwards the resampler's filter has rounded the flat tops off.
  const source = createDamageMeter()
  let sourceCount = 0

  function closeChunk(): void {
    if (filled === 0) return
    const chunk = filled === CHUNK_SAMPLES ? filling : filling.slice(0, filled)
    chunks.push(chunk)
    filling = new Int16Array(CHUNK_SAMPLES)
    filled = 0
    output.chunk(chunk)
  }

  function accept(pcm: Int16Array): void {
    if (pcm.length === 0) return
    sampleCount += pcm.length
    for (let at = 0; at < pcm.length;) {
      const part = pcm.subarray(at, at + CHUNK_SAMPLES - filled)
      filling.set(part, filled)
      filled += part.length
      at += part.length
      if (filled === CHUNK_SAMPLES) closeChunk()
    }
    const quantised = pcm16ToFloat(pcm)
    quality.push(quantised)
    for (const reading of levels.push(quantised)) output.level(reading, sampleCount)
    if (windows !== null) emit(windows.push(quantised))
  }

  function emit(computed: readonly WindowFeatures[]): void {
    if (computed.length > 0) output.windows(computed)
  }

  function flushResampler(): void {
    if (resampler !== null) accept(floatToPcm16(resampler.stream.flush()))
    resampler = null
  }

  return {
    push(samples, sampleRateHz) {
      for (const sample of samples) source.push(sample)
      sourceCount += samples.length
      if (resampler?.from !== sampleRateHz) {
        flushResampler()
        resampler = { from: sampleRateHz, stream: createResampler(sampleRateHz, RECORDING_RATE_HZ) }
      }
      accept(floatToPcm16(resampler.stream.push(samples)))
    },
    pushPcm: accept,
    analyse({ features, window }) {
      windows = createWindowStream(features, window)
      for (const chunk of chunks) emit(windows.push(pcm16ToFloat(chunk)))
      emit(windows.push(pcm16ToFloat(filling.subarray(0, filled))))
      if (ended) emit(windows.finish())
    },
    end() {
      flushResampler()
      closeChunk()
      ended = true
      if (windows !== null) emit(windows.finish())
    },
    async measure(circumstances) {
      const wav = encodeWav(concatPcm(chunks), RECORDING_RATE_HZ)
      const clippedShareAtSource = sourceCount === 0 ? 0 : source.clippedSamples() / sourceCount
      return {
        sampleCount,
        byteLength: wav.byteLength,
        sha256: await sha256Hex(wav),
        quality: quality.report({ ...circumstances, clippedShareAtSource }),
      }
    },
  }
}
