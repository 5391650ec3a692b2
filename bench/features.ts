import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { serveIsolated } from '../e2e/harness/isolatedPage.ts'
import type { SignalPage } from '../e2e/harness/signal/page.ts'
import { NODE_CONTENDERS, SECONDS } from './features/contender.ts'

/**
 * What features of a 4 s window cost, in turns, one thread each in a process of its own: ours in Node and in Chromium, the libraries of the
 * field, and torchaudio where Debian's python3-torchaudio is installed. Meyda knows only power-of-two frames: 2048 is the smallest that holds
 * SPIRA's 1200. Processor time of the one thread that computes, not time on the wall: other work on the machine then counts for none of them.
 * `node bench/features.ts`
 */
const ROUNDS = 7
const CALLS = 20

interface Contender {
  readonly name: string
  /** Milliseconds a call, the mean of `CALLS`. */
  readonly measure: () => Promise<number>
  readonly close: () => unknown
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const OURS = NODE_CONTENDERS['mfcc']?.name ?? ''

/** A program that says "ready" and then times one round for each line it reads; undefined when it cannot be started or says otherwise. */
async function asked(name: string, command: string, args: readonly string[]): Promise<Contender | undefined> {
  const child = spawn(command, args, { env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' } })
  child.on('error', () => child.stdout.destroy())
  child.stdin.on('error', () => child.stdout.destroy())
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextLine = async (): Promise<string | undefined> => {
    const { done, value } = await lines.next()
    return done === true ? undefined : value
  }
  if ((await nextLine()) !== 'ready') return undefined
  return {
    name,
    measure: async () => {
      child.stdin.write('\n')
      return Number(await nextLine())
    },
    close: () => child.stdin.end(),
  }
}

const inNode = async (): Promise<Contender[]> => {
  const script = new URL('features/contender.ts', import.meta.url).pathname
  const started = await Promise.all(
    Object.entries(NODE_CONTENDERS).map(([key, { name }]) =>
      asked(name, process.execPath, [script, key, String(CALLS)]),
    ),
  )
  return started.filter((contender) => contender !== undefined)
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
    const found = await asked('torchaudio: MFCC 40, n_fft 1200', python, ['-c', TORCHAUDIO])
    if (found !== undefined) return found
  }
  return undefined
}

/** Measures every contender in turns and prints the table. */
export const bench = async (): Promise<void> => {
  const python = await torchaudio()
  if (python === undefined)
    console.log('torchaudio is not installed (Debian: apt-get install python3-torchaudio): skipped')
  const browser = await chromium()
  if (browser === undefined) console.log('Chromium is not installed, or not where SPIRA_BROWSER says: skipped')
  const contenders = [...(await inNode()), ...(browser ? [browser] : []), ...(python ? [python] : [])]
  for (const { measure } of contenders) await measure()
  const times = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, measure } of contenders) times.get(name)?.push(await measure())
  }
  for (const { close } of contenders) await close()
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
