import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newId } from '@spira/shared/protocol/ids.ts'
import { encodeWav, decodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import type { TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { freezeDataset } from '../training-server/datasets/freeze.ts'
import { withNoiseAtSnr } from '../training-server/evaluation/probes/noiseAtSnr.ts'
import { TestDevice } from '../training-server/ingest/testDevice.ts'
import { ensureStageQueues } from '../training-server/jobs/stages/stageJobs.ts'
import { stagesOfRun } from '../training-server/jobs/stages/listStages.ts'
import { getRun, startRun } from '../training-server/jobs/trainingRuns.ts'
import { approveModel } from '../training-server/models/approve.ts'
import { criterionSentence } from '../training-server/models/gate/judge.ts'
import { listModelVersions } from '../training-server/models/modelVersions.ts'
import { buildServer } from '../training-server/server/app.ts'
import { makeLog } from '../training-server/server/log.ts'
import { openContext } from '../training-server/server/openContext.ts'
import { RandomStream } from '../training-server/training/randomStream.ts'
import { readRecordingsCsv } from '../training-server/training/recordingsCsv.ts'
import type { TrainingExample } from '../training-server/training/trainingRequest.ts'

/**
 * `npm run -s generations -- FOLDER [--epochs N] [--workers N]`: the whole pipeline on a list of recordings (FOLDER/metadata.csv, the
 * predecessor's columns; FOLDER/noise with ward noise). A champion from the first half of the people, a challenger from all; then a generation with a fifth
 * of its labels flipped, and one with ward noise in one class alone. Exit code 0 when the first two pass the gate and the others do not.
 */
const [folder, ...rest] = process.argv.slice(2)
if (folder === undefined) {
  console.error('generations: npm run -s generations -- FOLDER, where FOLDER holds metadata.csv and noise/.')
  process.exit(2)
}
const option = (name: string, otherwise: number): number => {
  const at = rest.indexOf(name)
  return at < 0 ? otherwise : Number(rest[at + 1])
}
const epochs = option('--epochs', 10)
const workers = option('--workers', 1)
const FIRST_SHARE = 0.5
const FLIPPED_SHARE = 0.2
/** Short, so that four generations take minutes. */
const EXPERIMENT = {
  batchSize: 8,
  windows: { hopSeconds: 4 },
  // As the shortcut probes demand: whoever trains without fails the swap of ward noise.
  augmentation: { copies: 2, wardNoise: { folder: resolve(folder, 'noise'), level: { by: 'snr', rangeDb: [5, 20] } } },
  dropout: 0.2,
  classWeights: 'balanced',
  optimiser: { learningRate: 2e-3 },
  evaluation: { shuffledLabels: { trainings: 2, epochs: 2 }, unseenSites: false },
}

const { examples } = await readRecordingsCsv(resolve(folder, 'metadata.csv'))
// In an order that knows neither class nor site.
const order = new RandomStream(1, 'order of arrival').shuffled(examples)
const data = await mkdtemp(join(tmpdir(), 'spira-generations-'))
const opened = await openContext({ dataFolder: data, log: makeLog({ level: 'error' }) })
const { context } = opened
const app = await buildServer(context)
await context.boss.start()
await ensureStageQueues(context.boss)
const spira = fileURLToPath(new URL('../training-server/cli/spira.ts', import.meta.url))
const children = Array.from({ length: workers }, () =>
  spawn(process.execPath, [spira, 'worker', '--data', data], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SPIRA_LOG_LEVEL: 'error' },
  }),
)

/** A device's token lasts some minutes and a generation longer: each has its own devices. */
const devices = new Map<string, TestDevice>()
async function deviceAt(site: string): Promise<TestDevice> {
  const there = devices.get(site)
  if (there !== undefined) return there
  const device = await TestDevice.enrol(app, context, { site, simulated: true })
  devices.set(site, device)
  return device
}

interface Filed {
  readonly site: string
  readonly label: 0 | 1
  readonly visit: Awaited<ReturnType<TestDevice['fileVisit']>>
}
const filed = new Map<string, Filed>()
const valueOf = (label: 0 | 1) => (label === 1 ? 'present' : 'absent')

/** Through the device's own API: signed, uploaded in pieces, finalised. */
async function file(example: TrainingExample, index: number, sound?: (samples: Float32Array) => Float32Array) {
  const site = example.groups?.['site'] ?? 'site'
  const device = await deviceAt(site)
  const bytes = await readFile(example.wavPath)
  const audio =
    sound === undefined ? bytes : Buffer.from(encodeWav(floatToPcm16(sound(decodeWav(bytes).samples)), 16_000))
  const before = filed.get(example.recordingId)
  const visit = await device.fileVisit({
    seed: index,
    label: valueOf(example.label),
    audio,
    ...(before === undefined ? {} : { participant: before.visit.participant }),
  })
  filed.set(example.recordingId, { site, label: example.label, visit })
}

const relabel = async ({ site, visit }: Filed, value: 'present' | 'absent' | 'unknown') => {
  const device = await deviceAt(site)
  const { rejected } = await device.send([
    device.event({ type: 'label.given', payload: { ...visit.label, id: newId(), value } }),
  ])
  if (rejected.length > 0) throw new Error(JSON.stringify(rejected))
}

async function generation(name: string): Promise<{ readonly run: TrainingRun; readonly passed: boolean }> {
  const froze = performance.now()
  const dataset = await freezeDataset(context, { name, description: '', frozenBy: 'generations' })
  console.log(
    `\n## ${name}: ${dataset.recordings} recordings, ${dataset.participants} participants (${dataset.present} present, ${dataset.absent} absent); frozen in ${(performance.now() - froze).toFixed(0)} ms`,
  )
  const { id } = await startRun(context, {
    datasetVersionId: dataset.id,
    seed: 1,
    maxEpochs: epochs,
    network: 'compact',
    startedBy: 'generations',
    experiment: EXPERIMENT,
  })
  for (;;) {
    await new Promise((later) => setTimeout(later, 500))
    const run = await getRun(context.db, id)
    if (run.status === 'queued' || run.status === 'running') continue
    if (run.status !== 'succeeded') throw new Error(`${name}: ${run.failure ?? run.status}`)
    for (const { stage, shard, resources } of await stagesOfRun(context.db, id))
      console.log(
        `  ${stage.padEnd(10)} ${shard.padEnd(8)} ${resources?.seconds.toFixed(2).padStart(7)} s  ${resources?.maxRssMb.toFixed(0).padStart(5)} MB`,
      )
    const model = (await listModelVersions(context)).find(({ runId }) => runId === id)
    if (model === undefined) throw new Error(`${name} left no model.`)
    console.log(`  model version ${model.version}, ${model.sha256.slice(0, 12)}, on the frozen holdout:`)
    for (const criterion of model.criteria)
      console.log(`    ${criterion.passed ? 'met   ' : 'MISSED'} ${criterionSentence(criterion)}`)
    devices.clear()
    return { run, passed: model.criteria.every(({ passed }) => passed) }
  }
}

async function approve({ run }: { readonly run: TrainingRun }): Promise<string> {
  try {
    await approveModel(context, run.id, { approvedBy: 'ana', reason: 'generations', override: false })
    return 'approved and released'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

try {
  const first = Math.round(FIRST_SHARE * order.length)
  for (const [index, example] of order.slice(0, first).entries()) await file(example, index)
  const champion = await generation('champion')
  console.log(`  ${await approve(champion)}`)

  for (const [at, example] of order.slice(first).entries()) await file(example, first + at)
  const challenger = await generation('challenger')
  console.log(`  ${await approve(challenger)}`)

  const flipped = new RandomStream(7, 'flipped labels')
    .shuffled([...filed.values()])
    .slice(0, Math.round(FLIPPED_SHARE * filed.size))
  for (const one of flipped) await relabel(one, one.label === 1 ? 'absent' : 'present')
  const poisoned = await generation(`poisoned: ${flipped.length} labels flipped`)
  console.log(`  ${await approve(poisoned)}`)

  // What was there is not known any more; the same people come again, and ward noise is heard behind those with the disease alone.
  for (const one of filed.values()) await relabel(one, 'unknown')
  const noises = await Promise.all(
    (await readdir(resolve(folder, 'noise')))
      .filter((name) => name.endsWith('.wav'))
      .sort()
      .map(async (name) => decodeWav(await readFile(resolve(folder, 'noise', name))).samples),
  )
  for (const [index, example] of order.entries())
    await file(example, index, (samples) => {
      const noise = noises[index % noises.length] ?? samples
      const random = new RandomStream(3, `noise of ${index}`)
      const from = random.index(Math.max(1, noise.length - samples.length))
      return example.label === 0 ? samples : withNoiseAtSnr(samples, noise.subarray(from, from + samples.length), 10)
    })
  const shortcut = await generation('shortcut: ward noise in present alone')
  console.log(`  ${await approve(shortcut)}`)

  const as = champion.passed && challenger.passed && !poisoned.passed && !shortcut.passed
  console.log(`\ngenerations: ${as ? 'as they should be' : 'NOT as they should be'}`)
  process.exitCode = as ? 0 : 1
} finally {
  for (const child of children) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  await context.boss.stop({ graceful: false })
  await app.close()
  await opened.close()
  await rm(data, { recursive: true, force: true })
}
