/**
 * Time and memory of one training step of SpiraConvV2 (forward, backward, Adam with dropout) on a batch of 30 windows: ours against
 * PyTorch. Contenders are processes that wait; rounds go from one to the next, so that other work on the machine meets all alike.
 * Processor time beside elapsed time: on a busy machine the elapsed time says more about the others.
 *
 *     node bench/training.ts [--rounds N] [--json] [--micro-batches 2,5,10] [--networks spira-conv-v2,compact]
 *
 * Other networks than SpiraConvV2 run for comparison; their ratio is to SpiraConvV2 by our engine.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { cpus } from 'node:os'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { MICRO_BATCH } from '../training-server/training/trainingLoop.ts'

const BATCH = 30
/** Debian's python3-torch installs for the system's Python alone. */
const PYTHON = process.env['SPIRA_BENCH_PYTHON'] ?? '/usr/bin/python3'

interface Contender {
  readonly name: string
  readonly threads: number
  readonly command: string
  readonly args: readonly string[]
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
  /** Median over the rounds of this contender's time over that of ours in the same round. */
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
  },
})

const here = import.meta.dirname
const contenders = [1, 2].flatMap((threads): Contender[] => [
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
])

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
    const measured = await one.process.step()
    if (measured === null) throw new Error(`${one.contender.name} ended in the middle of the measurement.`)
    if (round >= WARM_UP) one.rounds.push(measured)
  }
}
await Promise.all(running.map((one) => one.process.end()))

const figures = running.map(({ contender: { name, threads }, rounds }): Figures => {
  const ours = running.find(({ contender }) => contender.threads === threads)?.rounds ?? rounds
  const ratioOf = (time: 'ms' | 'cpuMs') => median(rounds.map((one, at) => one[time] / (ours[at] ?? one)[time]))
  return {
    name,
    threads,
    medianMs: median(rounds.map(({ ms }) => ms)),
    medianCpuMs: median(rounds.map(({ cpuMs }) => cpuMs)),
    ratio: ratioOf('ms'),
    cpuRatio: ratioOf('cpuMs'),
    peakMib: Math.max(...rounds.map(({ peakMib }) => peakMib)),
  }
})
if (values.json)
  console.log(JSON.stringify({ machine: cpus()[0]?.model, batch: BATCH, rounds: Number(values.rounds), figures }))
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
}
