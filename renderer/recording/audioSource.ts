import type { Capture } from '@spira/shared/protocol/records.ts'
import type { CaptureInput } from './captureProtocol.ts'
import { MicrophoneError, microphoneErrorOf } from './microphoneError.ts'

/** An open microphone, ready to be handed to the capture worker. */
export interface AudioSource {
  /** The track's real settings: what the browser did, not what it was asked. What it delivers is told by the first block: `asDelivered`. */
  readonly capture: Capture
  readonly input: CaptureInput
  readonly transfer: readonly Transferable[]
  /** Called once when the microphone goes away by itself: unplugged, or its permission withdrawn. */
  onLost(listener: () => void): void
  close(): void
}

declare class MediaStreamTrackProcessor {
  constructor(init: { track: MediaStreamTrack; maxBufferSize?: number })
  readonly readable: ReadableStream<AudioData>
}

/** Blocks of 10 ms that wait while the worker is busy with the model's windows: 10 s. */
const MAX_BUFFERED_FRAMES = 1_000

/**
 * Opens the microphone with the browser's processing off.
 *
 * @throws MicrophoneError when it is refused, missing or in use.
 */
export async function openMicrophone(microphoneId?: string): Promise<AudioSource> {
  const stream = await requestStream(microphoneId)
  const [track] = stream.getAudioTracks()
  if (track === undefined) throw new MicrophoneError('microphone-missing')
  return 'MediaStreamTrackProcessor' in globalThis ? trackSource(track) : await workletSource(stream, track)
}

async function requestStream(microphoneId: string | undefined): Promise<MediaStream> {
  // Without a secure context there is no such interface at all, whatever its type says.
  if (!('mediaDevices' in navigator)) throw new MicrophoneError('microphone-missing')
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: {
        ...(microphoneId === undefined ? {} : { deviceId: { exact: microphoneId } }),
        echoCancellation: false,
        noiseSuppression: false,
        autoGainControl: false,
        channelCount: 1,
      },
    })
  } catch (error) {
    throw microphoneErrorOf(error)
  }
}

function trackSource(track: MediaStreamTrack): AudioSource {
  const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: MAX_BUFFERED_FRAMES })
  return {
    capture: captureOf(track, 'track-processor', track.getSettings().sampleRate ?? 48_000),
    input: { kind: 'track-processor', readable },
    transfer: [readable],
    onLost: (listener) => track.addEventListener('ended', listener, { once: true }),
    close: () => track.stop(),
  }
}

async function workletSource(stream: MediaStream, track: MediaStreamTrack): Promise<AudioSource> {
  const { default: workletUrl } = await import('./capture.worklet.ts?worker&url')
  const context = new AudioContext()
  await context.audioWorklet.addModule(workletUrl)
  const node = new AudioWorkletNode(context, 'spira-capture', { numberOfOutputs: 0 })
  const { port1, port2 } = new MessageChannel()
  node.port.postMessage(port1, [port1])
  context.createMediaStreamSource(stream).connect(node)
  await context.resume()
  return {
    capture: captureOf(track, 'audio-worklet', context.sampleRate),
    input: { kind: 'audio-worklet', port: port2, sampleRateHz: context.sampleRate },
    transfer: [port2],
    onLost: (listener) => track.addEventListener('ended', listener, { once: true }),
    close: () => {
      track.stop()
      if (context.state !== 'closed') context.close().catch(() => undefined)
    },
  }
}

function captureOf(track: MediaStreamTrack, source: Capture['source'], sampleRateHz: number): Capture {
  const settings: MediaTrackSettings & { readonly latency?: number; readonly voiceIsolation?: boolean } =
    track.getSettings()
  const { channelCount = 1, echoCancellation, noiseSuppression, autoGainControl, voiceIsolation } = settings
  const { sampleRate, sampleSize, latency } = settings
  return {
    source,
    sampleRateHz,
    channelCount,
    ...(typeof echoCancellation === 'boolean' ? { echoCancellation } : {}),
    ...(noiseSuppression === undefined ? {} : { noiseSuppression }),
    ...(autoGainControl === undefined ? {} : { autoGainControl }),
    ...(voiceIsolation === undefined ? {} : { voiceIsolation }),
    ...(sampleRate === undefined ? {} : { deviceSampleRateHz: sampleRate }),
    ...(sampleSize === undefined || sampleSize <= 0 ? {} : { sampleSizeBits: sampleSize }),
    ...(latency === undefined ? {} : { latencyMs: latency * 1000 }),
  }
}

/**
 * What was captured, once the blocks themselves have told at what rate they came: the track's settings name the rate of the device, or
 * what the browser believes it to be. Without blocks (a take recovered from the journal) the settings are all that is known.
 *
 * @param ratesHz the first block's rate, and each it changed to.
 */
export function asDelivered(capture: Capture, [first, ...later]: readonly number[]): Capture {
  const { deviceSampleRateHz, ...rest } = capture
  const sampleRateHz = first ?? capture.sampleRateHz
  return {
    ...rest,
    sampleRateHz,
    ...(deviceSampleRateHz === undefined || deviceSampleRateHz === sampleRateHz ? {} : { deviceSampleRateHz }),
    ...(later.length === 0 ? {} : { changedSampleRatesHz: later }),
  }
}

/** Any of the browser's or the system's own processing that stayed on although it was asked off. */
export const isProcessedByBrowser = (capture: Capture): boolean => processingOf(capture).length > 0

const PROCESSING = ['echoCancellation', 'noiseSuppression', 'autoGainControl', 'voiceIsolation'] as const
export type Processing = (typeof PROCESSING)[number]

/** Which of it. */
export const processingOf = (capture: Capture): readonly Processing[] =>
  PROCESSING.filter((kind) => capture[kind] === true)
