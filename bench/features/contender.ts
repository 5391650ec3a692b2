import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { createDct } from '@spira/shared/signal/dct.ts'
import { createFeatureExtractor } from '@spira/shared/signal/features.ts'
import { LOG_MEL_64, SPIRA_MFCC } from '@spira/shared/signal/featureSpec.ts'
import { syntheticSignal } from '@spira/shared/signal/fixtures/syntheticSignal.ts'
import { createMelFilterbank } from '@spira/shared/signal/melFilterbank.ts'
import { createWindowStream } from '@spira/shared/signal/streamingFeatures.ts'

/**
 * One contender of bench/features.ts in a process of its own, as torchaudio has one: what the compiler learned of one does not slow another.
 * Says "ready", then for each line it reads the processor milliseconds of this thread a call: `node bench/features/contender.ts NAME CALLS`
 */
export const SECONDS = 4
const signal = syntheticSignal(SECONDS, 16_000)

const extract = (spec: typeof SPIRA_MFCC | typeof LOG_MEL_64) => () => {
  const extractor = createFeatureExtractor(spec)
  return () => extractor.extract(signal)
}

/** A second of sound in chunks of 10 ms, the mean of ten. */
const stream = (spec: typeof SPIRA_MFCC | typeof LOG_MEL_64) => () => () => {
  const windows = createWindowStream(spec, { seconds: SECONDS, hopSeconds: 1 })
  const chunk = 160
  for (let second = 0; second < STREAMED_SECONDS; second++) {
    for (let at = 0; at < 16_000; at += chunk)
      windows.push(signal.subarray((second % SECONDS) * 16_000 + at, (second % SECONDS) * 16_000 + at + chunk))
  }
  return windows.finish()
}
const STREAMED_SECONDS = 10

const reflectedAt = (i: number): number =>
  signal[i < 0 ? -i : i >= signal.length ? 2 * (signal.length - 1) - i : i] ?? 0

/** SPIRA's frames, cut beforehand for the libraries that leave it to the caller: the signal reflected at both ends, a Hann window of 400 in the middle of 1200 samples. */
const framesOf = (size: number): Float32Array[] => {
  const offset = (size - 400) / 2
  return Array.from({ length: 401 }, (_, frame) => {
    const samples = new Float32Array(size)
    for (let i = 0; i < 400; i++)
      samples[offset + i] = reflectedAt(frame * 160 - 200 + i) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / 400))
    return samples
  })
}

interface MeydaModule {
  sampleRate: number
  bufferSize: number
  melBands: number
  numberOfMFCCCoefficients: number
  windowingFunction: string
  extract: (feature: 'mfcc', frame: Float32Array) => number[]
}
interface KissFftModule {
  FFTR: new (size: number) => { forward: (real: Float32Array) => Float32Array }
}

// Both are CommonJS without usable types under NodeNext.
const require = createRequire(import.meta.url)

const meyda = () => {
  const library = require('meyda') as MeydaModule
  Object.assign(library, {
    sampleRate: 16_000,
    bufferSize: 2048,
    melBands: 40,
    numberOfMFCCCoefficients: 40,
    windowingFunction: 'rect',
  })
  const frames = framesOf(2048)
  return () => frames.map((frame) => library.extract('mfcc', frame))
}

/** The fastest FFT library of npm that knows 1200 points, with our mel bands and DCT behind it. */
const kissFft = () => {
  const { FFTR } = require('kissfft-js') as KissFftModule
  const fft = new FFTR(1200)
  const frames = framesOf(1200)
  const mel = createMelFilterbank(SPIRA_MFCC)
  const dct = createDct(40, 40)
  const power = new Float64Array(601)
  const rows = new Float64Array(401 * 40)
  const out = new Float32Array(401 * 40)
  return () => {
    let loudest = -Infinity
    frames.forEach((frame, index) => {
      const spectrum = fft.forward(frame)
      for (let k = 0; k < 601; k++) power[k] = (spectrum[2 * k] ?? 0) ** 2 + (spectrum[2 * k + 1] ?? 0) ** 2
      mel.apply(power, rows, index * 40)
    })
    for (let i = 0; i < rows.length; i++) {
      const db = 10 * Math.log10(Math.max(rows[i] ?? 0, 1e-10))
      rows[i] = db
      loudest = Math.max(loudest, db)
    }
    for (let i = 0; i < rows.length; i++) rows[i] = Math.max(rows[i] ?? 0, loudest - 80)
    for (let frame = 0; frame < 401; frame++) dct(rows, frame * 40, out, frame * 40)
  }
}

/** What each is called in the table, how it is made ready, and how many results a call gives. */
export const NODE_CONTENDERS: Readonly<
  Record<string, { readonly name: string; readonly prepare: () => () => unknown; readonly results?: number }>
> = {
  mfcc: { name: 'ours: MFCC 40, n_fft 1200', prepare: extract(SPIRA_MFCC) },
  'log-mel': { name: 'ours: log-mel 64, n_fft 1024', prepare: extract(LOG_MEL_64) },
  'mfcc-stream': {
    name: 'ours: MFCC windows while recording, per second of audio',
    prepare: stream(SPIRA_MFCC),
    results: STREAMED_SECONDS,
  },
  'log-mel-stream': {
    name: 'ours: log-mel windows while recording, per second of audio',
    prepare: stream(LOG_MEL_64),
    results: STREAMED_SECONDS,
  },
  meyda: { name: 'Meyda 5: MFCC 40, 2048-point frames', prepare: meyda },
  kissfft: { name: 'kissfft-js 0.1.8: MFCC 40, n_fft 1200', prepare: kissFft },
}

if (import.meta.main) {
  const [key = '', count = '20'] = process.argv.slice(2)
  const contender = NODE_CONTENDERS[key]
  if (contender === undefined) throw new Error(`No contender is called "${key}".`)
  const calls = Number(count)
  const work = contender.prepare()
  console.log('ready')
  for await (const _ of createInterface(process.stdin)) {
    // The system counts a thread's time in ticks: only the sum of a round is exact enough.
    const start = process.threadCpuUsage()
    for (let call = 0; call < calls; call++) work()
    const { user, system } = process.threadCpuUsage(start)
    console.log((user + system) / 1000 / calls / (contender.results ?? 1))
  }
}
