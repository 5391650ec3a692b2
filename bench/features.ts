import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { createDct } from '@spira/shared/signal/dct.ts'
import { createFeatureExtractor } from '@spira/shared/signal/features.ts'
import { LOG_MEL_64, SPIRA_MFCC } from '@spira/shared/signal/featureSpec.ts'
import { syntheticSignal } from '@spira/shared/signal/fixtures/syntheticSignal.ts'
import { createMelFilterbank } from '@spira/shared/signal/melFilterbank.ts'
import { createWindowStream } from '@spira/shared/signal/streamingFeatures.ts'
import { serveIsolated } from '../e2e/harness/isolatedPage.ts'
import type { SignalPage } from '../e2e/harness/signal/page.ts'

/**
 * What features of a 4 s window cost, in turns, one thread each: ours in Node and in Chromium, the libraries of the field, and torchaudio
 * where Debian's python3-torchaudio is installed. Meyda knows only power-of-two frames: 2048 is the smallest that holds SPIRA's 1200.
 * Processor time of the one thread that computes, not time on the wall: other work on the machine then counts for none of them.
 * `node bench/features.ts`
 */
const ROUNDS = 7
const CALLS = 20
const SECONDS = 4
const signal = syntheticSignal(SECONDS, 16_000)

interface Contender {
  readonly name: string
  /** Milliseconds a call, the mean of `CALLS`. */
  readonly measure: () => number | Promise<number>
  readonly close?: () => unknown
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** The system counts a thread's time in ticks: only the sum of a round is exact enough. */
const timed = (work: () => unknown): number => {
  const start = process.threadCpuUsage()
  for (let call = 0; call < CALLS; call++) work()
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1000 / CALLS
}

const OURS = 'ours: MFCC 40, n_fft 1200'

/** Ten seconds of sound in chunks of 10 ms. */
const stream = (spec: typeof SPIRA_MFCC | typeof LOG_MEL_64) => (): void => {
  const windows = createWindowStream(spec, { seconds: SECONDS, hopSeconds: 1 })
  const chunk = 160
  for (let second = 0; second < 10; second++) {
    for (let at = 0; at < 16_000; at += chunk)
      windows.push(signal.subarray((second % SECONDS) * 16_000 + at, (second % SECONDS) * 16_000 + at + chunk))
  }
  windows.finish()
}

const ours = (): Contender[] => {
  const mfcc = createFeatureExtractor(SPIRA_MFCC)
  const logMel = createFeatureExtractor(LOG_MEL_64)
  return [
    { name: OURS, measure: () => timed(() => mfcc.extract(signal)) },
    { name: 'ours: log-mel 64, n_fft 1024', measure: () => timed(() => logMel.extract(signal)) },
    { name: 'ours: MFCC windows while recording, per second of audio', measure: () => timed(stream(SPIRA_MFCC)) / 10 },
    {
      name: 'ours: log-mel windows while recording, per second of audio',
      measure: () => timed(stream(LOG_MEL_64)) / 10,
    },
  ]
}

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

const meyda = (): Contender => {
  const library = require('meyda') as MeydaModule
  const frames = framesOf(2048)
  return {
    name: 'Meyda 5: MFCC 40, 2048-point frames',
    measure: () => {
      Object.assign(library, {
        sampleRate: 16_000,
        bufferSize: 2048,
        melBands: 40,
        numberOfMFCCCoefficients: 40,
        windowingFunction: 'rect',
      })
      return timed(() => frames.map((frame) => library.extract('mfcc', frame)))
    },
  }
}

/** The fastest FFT library of npm that knows 1200 points, with our mel bands and DCT behind it. */
const kissFft = (): Contender => {
  const { FFTR } = require('kissfft-js') as KissFftModule
  const fft = new FFTR(1200)
  const frames = framesOf(1200)
  const mel = createMelFilterbank(SPIRA_MFCC)
  const dct = createDct(40, 40)
  const power = new Float64Array(601)
  const rows = new Float64Array(401 * 40)
  const out = new Float32Array(401 * 40)
  const extract = (): void => {
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
  return { name: 'kissfft-js 0.1.8: MFCC 40, n_fft 1200', measure: () => timed(extract) }
}

/** The very code in the machine's Chromium: processor time of the page's main thread, as the browser counts it. */
const chromium = async (): Promise<Contender | undefined> => {
  const served = await serveIsolated('signal').catch(() => undefined)
  if (served === undefined) return undefined
  const page = await served.open()
  const browser = await page.context().newCDPSession(page)
  await browser.send('Performance.enable', { timeDomain: 'threadTicks' })
  const threadSeconds = async (): Promise<number> => {
    const { metrics } = await browser.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }
  return {
    name: 'ours in Chromium: MFCC 40, n_fft 1200',
    measure: async () => {
      const start = await threadSeconds()
      await page.evaluate((calls) => (globalThis as unknown as { signal: SignalPage }).signal.extractMfcc(calls), CALLS)
      return ((await threadSeconds()) - start) * (1000 / CALLS)
    },
    close: () => served.close(),
  }
}

/** Times one round for each line it reads. */
const TORCHAUDIO = `
import sys, time, torch
from torchaudio.transforms import MFCC
torch.set_num_threads(1)
mfcc = MFCC(16000, 40, melkwargs=dict(n_fft=1200, win_length=400, hop_length=160, n_mels=40))
signal = torch.rand(${SECONDS} * 16000) - 0.5
print("ready", flush=True)
with torch.inference_mode():
    for _ in sys.stdin:
        start = time.thread_time()
        for _ in range(${CALLS}):
            mfcc(signal)
        print((time.thread_time() - start) * 1000 / ${CALLS}, flush=True)
`

/** The first Python that has torchaudio: Debian's packages belong to /usr/bin/python3, which need not be the first in PATH. */
const torchaudio = async (): Promise<Contender | undefined> => {
  for (const python of ['python3', '/usr/bin/python3']) {
    const child = spawn(python, ['-c', TORCHAUDIO], {
      env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
    })
    const nextLine = linesOf(child)
    if ((await nextLine()) === 'ready') {
      return {
        name: 'torchaudio: MFCC 40, n_fft 1200',
        measure: async () => {
          child.stdin.write('\n')
          return Number(await nextLine())
        },
        close: () => child.stdin.end(),
      }
    }
  }
  return undefined
}

/** Standard output line by line; undefined when the program has ended or never started. */
const linesOf = (child: ChildProcessWithoutNullStreams): (() => Promise<string | undefined>) => {
  child.on('error', () => child.stdout.destroy())
  child.stdin.on('error', () => child.stdout.destroy())
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return async () => {
    const { done, value } = await lines.next()
    return done === true ? undefined : value
  }
}

/** Measures every contender in turns and prints the table. */
export const bench = async (): Promise<void> => {
  const python = await torchaudio()
  if (python === undefined)
    console.log('torchaudio is not installed (Debian: apt-get install python3-torchaudio): skipped')
  const browser = await chromium()
  if (browser === undefined) console.log('Chromium is not installed, or not where SPIRA_BROWSER says: skipped')
  const contenders = [...ours(), ...(browser ? [browser] : []), meyda(), kissFft(), ...(python ? [python] : [])]
  for (const { measure } of contenders) await measure()
  const times = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, measure } of contenders) times.get(name)?.push(await measure())
  }
  for (const { close } of contenders) await close?.()
  const base = median(times.get(OURS) ?? [])
  console.log(`A window of ${SECONDS} s; ${ROUNDS} rounds in turns of ${CALLS} calls; Node ${process.versions.node}`)
  console.table(
    [...times].map(([name, rounds]) => ({
      what: name,
      'median CPU ms': Number(median(rounds).toFixed(2)),
      'best round CPU ms': Number(Math.min(...rounds).toFixed(2)),
      'times ours': Number((median(rounds) / base).toFixed(2)),
    })),
  )
}

if (import.meta.main) await bench()
