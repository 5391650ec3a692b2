import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import { createDamageMeter } from '@spira/shared/signal/damage.ts'
import { createQualityMeter, type RecordingFacts } from '@spira/shared/signal/quality.ts'
import { createSpectrogramColumns } from '@spira/shared/signal/spectrogramColumns.ts'
import { createResampler } from '@spira/shared/signal/resample.ts'
import { createWindowStream, type WindowFeatures } from '@spira/shared/signal/streamingFeatures.ts'
import { encodeWav, floatToPcm16, pcm16ToFloat } from '@spira/shared/signal/wav.ts'
import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import type { WindowPlan } from './captureProtocol.ts'
import { CHUNK_SAMPLES, concatPcm } from './journal.ts'
import { createLevelMeter, type SoundReading } from './levels.ts'
import type { MonoFrame } from './monoFrames.ts'
import type { TakeMeasures } from './recordingDetails.ts'

export const RECORDING_RATE_HZ = 16_000

/** A machine that slept is not brought up to date with an hour of zeros: what is filled. All of it is counted. */
const LONGEST_FILL_SECONDS = 10

export interface TakePipelineOutput {
  readonly chunk: (pcm: Int16Array<ArrayBuffer>) => void
  readonly level: (reading: SoundReading, sampleCount: number) => void
  readonly windows: (windows: readonly WindowFeatures[]) => void
}

/** Everything that is computed of a take while its samples come in; no I/O. */
export interface TakePipeline {
  /**
   * Mono samples in [-1, 1] at any rate, which may change: an operating system may swap the device under a track. Where samples are
   * missing before these, zeros stand in for them: what is heard later keeps its time (labels, relevance and the room's recording are
   * read by it), and the journal alone still shows the hole, so that a take recovered from it is judged alike.
   */
  push(frame: MonoFrame): void
  /** Samples that are 16 kHz PCM16 already. */
  pushPcm(pcm: Int16Array): void
  /** From now on windows are computed, those of the samples before at once. */
  analyse(plan: WindowPlan): void
  /** No sample comes any more: the rest of the resampler, the last chunk, the last window. */
  end(): void
  /** What names the take's WAV once it has ended. Begun as soon as that, it is there when the last chunk is on disk. */
  fingerprint(): Promise<Omit<TakeMeasures, 'quality'>>
  /** The whole take as a WAV. */
  wav(): Uint8Array<ArrayBuffer>
  quality(facts: RecordingFacts): QualityReport
}

const NOTHING = { columns: new Uint8Array(0), samples: new Float32Array(0) }

/**
 * Levels, quality and features are read from the quantised samples, the very ones that are stored and sent: training will
 * compute from what this device computed from (promise 4).
 */
export function createTakePipeline(output: TakePipelineOutput): TakePipeline {
  const chunks: Int16Array<ArrayBuffer>[] = []
  const quality = createQualityMeter()
  const levels = createLevelMeter()
  const spectrogram = createSpectrogramColumns()
  const unreadColumns: Uint8Array[] = []
  const unreadSamples: Float32Array[] = []
  let filling = new Int16Array(CHUNK_SAMPLES)
  let filled = 0
  let sampleCount = 0
  let resampler: { readonly from: number; readonly stream: ReturnType<typeof createResampler> } | null = null
  let windows: ReturnType<typeof createWindowStream> | null = null
  let ended = false
  // The converter clips at its own rate; afterwards the resampler's filter has rounded the flat tops off.
  const source = createDamageMeter()
  let sourceCount = 0
  let missingMs = 0
  let missingBlocks = 0

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
    const readings = levels.push(quantised)
    unreadColumns.push(spectrogram.push(quantised))
    unreadSamples.push(quantised)
    for (const [at, reading] of readings.entries())
      output.level({ ...reading, ...(at === readings.length - 1 ? takeSound() : NOTHING) }, sampleCount)
    if (windows !== null) emit(windows.push(quantised))
  }

  /** What came since the last reading. */
  function takeSound(): Pick<SoundReading, 'columns' | 'samples'> {
    const columns = new Uint8Array(unreadColumns.reduce((sum, { length }) => sum + length, 0))
    const samples = new Float32Array(unreadSamples.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of unreadColumns.splice(0)) {
      columns.set(part, at)
      at += part.length
    }
    at = 0
    for (const part of unreadSamples.splice(0)) {
      samples.set(part, at)
      at += part.length
    }
    return { columns, samples }
  }

  function emit(computed: readonly WindowFeatures[]): void {
    if (computed.length > 0) output.windows(computed)
  }

  function flushResampler(): void {
    if (resampler !== null) accept(floatToPcm16(resampler.stream.flush()))
    resampler = null
  }

  const wav = (): Uint8Array<ArrayBuffer> => encodeWav(concatPcm(chunks), RECORDING_RATE_HZ)
  const judged = (facts: RecordingFacts): QualityReport =>
    quality.report({
      ...facts,
      clippedShareAtSource: sourceCount === 0 ? 0 : source.clippedSamples() / sourceCount,
      missing: { ms: missingMs, blocks: missingBlocks },
    })

  return {
    push({ samples, sampleRateHz, missingBefore = 0 }) {
      for (const sample of samples) source.push(sample)
      sourceCount += samples.length
      if (resampler?.from !== sampleRateHz) {
        flushResampler()
        resampler = { from: sampleRateHz, stream: createResampler(sampleRateHz, RECORDING_RATE_HZ) }
      }
      if (missingBefore > 0) {
        missingMs += (missingBefore * 1000) / sampleRateHz
        missingBlocks += 1
        const hole = new Float32Array(Math.min(missingBefore, LONGEST_FILL_SECONDS * sampleRateHz))
        accept(floatToPcm16(resampler.stream.push(hole)))
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
    wav,
    quality: judged,
    async fingerprint() {
      const bytes = wav()
      return { sampleCount, byteLength: bytes.byteLength, sha256: await sha256Hex(bytes) }
    },
  }
}
