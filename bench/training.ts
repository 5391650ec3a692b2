/**
 * Time and memory of one training step of SpiraConvV2 (forward, backward, Adam with dropout) on a batch of 30 windows: ours against
 * PyTorch and TensorFlow.js. Contenders are processes that wait; rounds go from one to the next, so that other work on the machine meets all alike.
 * Processor time beside elapsed time: on a busy machine the elapsed time says more about the others.
 *
 *     node bench/training.ts [--rounds N] [--json] [--micro-batches 2,5,10] [--networks spira-conv-v2,compact] [--threads 1,2]
 *
 * TensorFlow.js is no dependency: it is installed into a temporary folder, or into that of SPIRA_BENCH_TFJS, and takes part in the first five
 * rounds only, for it takes as long as all others together. Other networks than SpiraConvV2 run for comparison; their ratio is to SpiraConvV2 by our engine.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { MICRO_BATCH } from '../training-server/training/trainingLoop.ts'
import { target, targetAtLeast } from './bedsideBench.ts'
import { measureMachineLimit } from './training/machineLimit.ts'

const BATCH = 30
/** Multiplications and additions of the convolutions and linear layers, forward and backward, without the first layer's input gradient. */
const STEP_GFLOP = 4.2
const TFJS_VERSION = '4.22.0'
const TIMES_PYTORCH = 3
const TIMES_TENSORFLOW_JS = 25
const MEMORY_OF_PYTORCH = 0.5
/** Debian's python3-torch installs for the system's Python alone. */
const PYTHON = process.env['SPIRA_BENCH_PYTHON'] ?? '/usr/bin/python3'

interface Contender {
  readonly name: string
  readonly threads: number
  readonly command: string
  readonly args: readonly string[]
  /** Takes part in so many rounds only. */
  readonly rounds?: number
}
interface Measured {
  readonly ms: number
  readonly cpuMs: number
  readonly peakMib: number
}
interface Figures {
  readonly name: string
  readonly threads: number
  readonly medianMs: number
  readonly medianCpuMs: number
  /** To ours on as many threads. */
  readonly ratio: number
  readonly cpuRatio: number
  readonly peakMib: number
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
    'micro-batches': { type: 'string', default: String(MICRO_BATCH) },
    networks: { type: 'string', default: 'spira-conv-v2' },
    threads: { type: 'string', default: '1,2' },
  },
})

const here = import.meta.dirname
const tfjs = await installTensorFlowJs()
const contenders = values.threads
  .split(',')
  .map(Number)
  .flatMap((threads): Contender[] => [
    ...values.networks.split(',').flatMap((network) =>
      values['micro-batches'].split(',').map((size) => ({
        name: network === 'spira-conv-v2' ? `ours, micro-batch ${size}` : `${network}, micro-batch ${size}`,
        threads,
        command: process.execPath,
        args: [`${here}/training/ortStep.ts`, String(threads), String(BATCH), size, network],
      })),
    ),
    {
      name: 'PyTorch',
      threads,
      command: PYTHON,
      args: [`${here}/training/torchStep.py`, String(threads), String(BATCH)],
    },
    // In Node its WASM backend has one thread.
    ...(threads === 1 && tfjs !== null
      ? [
          {
            name: 'TensorFlow.js, 6 x 5',
            threads,
            command: process.execPath,
            args: [`${here}/training/tfjsStep.ts`, String(threads), String(BATCH), tfjs],
            rounds: 5,
          },
        ]
      : []),
  ])

/** @returns the folder it is in, or null where it cannot be had. */
async function installTensorFlowJs(): Promise<string | null> {
  const folder = process.env['SPIRA_BENCH_TFJS'] ?? join(tmpdir(), `spira-bench-tfjs-${TFJS_VERSION}`)
  await mkdir(folder, { recursive: true })
  if (existsSync(join(folder, 'node_modules/@tensorflow/tfjs-backend-wasm/package.json'))) return folder
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  const packages = ['tfjs', 'tfjs-backend-wasm'].map((name) => `@tensorflow/${name}@${TFJS_VERSION}`)
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], {
    cwd: folder,
    stdio: 'ignore',
    timeout: 180_000,
  })
  if (status === 0) return folder
  console.error('skipped: TensorFlow.js, which cannot be installed here')
  return null
}

/** @returns null where the contender cannot run here. */
async function start({ command, args, threads }: Contender) {
  if (
    !(await access(command)
      .then(() => true)
      .catch(() => false))
  )
    return null
  const child = spawn(command, [...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async () => {
    const line = await lines.next()
    return line.done ? null : (JSON.parse(line.value) as Measured)
  }
  if ((await next()) === null) return null
  return {
    step: async () => {
      child.stdin.write('step\n')
      return next()
    },
    end: async () => {
      child.stdin.end()
      await once(child, 'close')
    },
  }
}

const median = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN

interface Running {
  readonly contender: Contender
  readonly process: NonNullable<Awaited<ReturnType<typeof start>>>
  readonly rounds: Measured[]
}
const running: Running[] = []
for (const contender of contenders) {
  const started = await start(contender)
  if (started === null)
    console.error(`skipped: ${contender.name}, ${contender.threads} thread(s): ${contender.command} cannot run it here`)
  else running.push({ contender, process: started, rounds: [] })
}
// The first steps allocate; they are not counted.
const WARM_UP = 2
for (let round = 0; round < WARM_UP + Number(values.rounds); round += 1) {
  for (const one of running) {
    if (round - WARM_UP >= (one.contender.rounds ?? Infinity)) continue
    // It takes too long to warm up twice.
    if (one.contender.rounds !== undefined && round + 1 < WARM_UP) continue
    const measured = await one.process.step()
    if (measured === null) throw new Error(`${one.contender.name} ended in the middle of the measurement.`)
    if (round >= WARM_UP) one.rounds.push(measured)
  }
}
await Promise.all(running.map((one) => one.process.end()))

/** Median over the rounds of a contender's time over that of ours, on so many threads, in the same round. */
function timesOurs(rounds: readonly Measured[], threads: number, time: 'ms' | 'cpuMs'): number {
  const ours = running.find(({ contender }) => contender.threads === threads)?.rounds ?? []
  return median(rounds.map((one, at) => one[time] / (ours[at]?.[time] ?? Number.NaN)))
}
const figures = running.map(({ contender: { name, threads }, rounds }): Figures => ({
  name,
  threads,
  medianMs: median(rounds.map(({ ms }) => ms)),
  medianCpuMs: median(rounds.map(({ cpuMs }) => cpuMs)),
  ratio: timesOurs(rounds, threads, 'ms'),
  cpuRatio: timesOurs(rounds, threads, 'cpuMs'),
  peakMib: Math.max(...rounds.map(({ peakMib }) => peakMib)),
}))
const { gflops, gigabytesPerSecond } = await measureMachineLimit()
if (values.json)
  console.log(
    JSON.stringify({
      machine: cpus()[0]?.model,
      batch: BATCH,
      rounds: Number(values.rounds),
      figures,
      gflops,
      gigabytesPerSecond,
    }),
  )
else {
  console.log(
    `One step of SpiraConvV2, ${BATCH} windows, on ${cpus()[0]?.model}: medians of ${values.rounds} interleaved rounds\n`,
  )
  console.log('contender                threads   ms a step   times ours   processor ms   times ours   peak MiB')
  for (const { name, threads, medianMs, ratio, medianCpuMs, cpuRatio, peakMib } of figures) {
    const columns = [
      name.padEnd(24),
      String(threads).padStart(7),
      medianMs.toFixed(0).padStart(11),
      ratio.toFixed(2).padStart(12),
      medianCpuMs.toFixed(0).padStart(14),
      cpuRatio.toFixed(2).padStart(12),
      peakMib.toFixed(0).padStart(10),
    ]
    console.log(columns.join(' '))
  }
  console.log(
    `\nThis machine, one thread: ${gflops.toFixed(0)} GFLOP/s in a product of matrices, ${gigabytesPerSecond.toFixed(1)} GB/s through memory. The step's ` +
      `${STEP_GFLOP} GFLOP alone would take ${((1000 * STEP_GFLOP) / gflops).toFixed(0)} ms of processor time; the rest is element-wise.`,
  )
  for (const { threads, ratio, peakMib } of figures.filter(({ name }) => name === 'PyTorch')) {
    const ours = figures.find((one) => one.threads === threads)
    targetAtLeast(`times PyTorch, ${threads} thread(s)`, ratio, TIMES_PYTORCH)
    target(
      `peak memory against PyTorch, ${threads} thread(s)`,
      (ours?.peakMib ?? Number.NaN) / peakMib,
      MEMORY_OF_PYTORCH,
    )
  }
  const tensorFlow = running.find(({ contender }) => contender.name.startsWith('TensorFlow.js'))
  if (tensorFlow !== undefined) {
    targetAtLeast('times TensorFlow.js, one thread', timesOurs(tensorFlow.rounds, 1, 'ms'), TIMES_TENSORFLOW_JS)
    const byTwo = timesOurs(tensorFlow.rounds, 2, 'ms')
    if (!Number.isNaN(byTwo))
      console.log(`Ours on two threads, to its one: ${byTwo.toFixed(2)}; in Node it has no second.`)
  }
}
