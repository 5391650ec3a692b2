import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeWav } from '@spira/shared/signal/wav.ts'
import { freezeDataset } from '../training-server/datasets/freeze.ts'
import { tableExperiments } from '../training-server/evaluation/cohortTable/experiments.ts'
import { withNoiseAtSnr } from '../training-server/evaluation/probes/noiseAtSnr.ts'
import { ensureStageQueues } from '../training-server/jobs/stages/stageJobs.ts'
import { stagesOfRun } from '../training-server/jobs/stages/listStages.ts'
import { getRun, startRun } from '../training-server/jobs/trainingRuns.ts'
import { approveModel } from '../training-server/models/approve.ts'
import { criterionSentence } from '../training-server/models/gate/judge.ts'
import { GATE_PLAN, GATE_PLAN_HASH } from '../training-server/models/gate/plan.ts'
import { listModelVersions } from '../training-server/models/modelVersions.ts'
import { WITHOUT_SOAK } from '../training-server/models/testing/withoutSoak.ts'
import { buildServer } from '../training-server/server/app.ts'
import { makeLog } from '../training-server/server/log.ts'
import { ensureRepository } from '../training-server/releases/repository.ts'
import { openContext } from '../training-server/server/openContext.ts'
import { RandomStream } from '../training-server/training/randomStream.ts'
import { ImportedCohort } from './generations/importedCohort.ts'

/**
 * `npm run -s generations -- FOLDER [--epochs N] [--workers N]`: the whole pipeline on a list of recordings that the server imports (FOLDER/metadata.csv,
 * the predecessor's columns; FOLDER/noise with ward noise). A champion from some of the people, a challenger from all; then a generation with a
 * fifth of its labels flipped, and one with ward noise in one class alone. Ids follow from the list and weights from the data: a second run
 * gives the same figures. Exit code 0 when the first two pass the gate and are released, and the others do not and are not.
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
const epochs = option('--epochs', 24)
const workers = option('--workers', 1)
const SEED = 1
/** Of the people, what the first generation has. */
const FIRST_SHARE = 0.3
const FLIPPED_SHARE = 0.2
/** Of a version's people about so many train: a fifth is held out, a fifth of the others validates. */
const TRAINING_SHARE = 0.64
const SHORTCUT_SNR_DB = 10

const began = performance.now()
const data = await mkdtemp(join(tmpdir(), 'spira-generations-'))
const noise = { training: join(data, 'noise-training'), probes: join(data, 'noise-probes') }
const noisePaths: string[] = []
for (const to of Object.values(noise)) await mkdir(to)
for (const [at, name] of (await readdir(resolve(folder, 'noise')))
  .filter((one) => one.endsWith('.wav'))
  .sort()
  .entries()) {
  const path = resolve(folder, 'noise', name)
  noisePaths.push(path)
  await copyFile(path, join(at % 2 === 0 ? noise.training : noise.probes, name))
}
const opened = await openContext({ dataFolder: data, log: makeLog({ level: 'error' }) })
const { context } = opened
await ensureRepository(context)
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
const cohort = await ImportedCohort.of(resolve(folder, 'metadata.csv'), app, context)
console.log(
  `${folder}: ${cohort.rows.length} recordings; gate plan ${GATE_PLAN.version}, ${GATE_PLAN_HASH.slice(0, 12)}; ${epochs} epochs, ${workers} worker(s)`,
)
// In an order that knows neither class nor site.
const order = new RandomStream(SEED, 'order of arrival').shuffled(cohort.rows)

interface Generation {
  readonly passed: boolean
  readonly released: boolean
}

/** Freezes what is there, trains, evaluates, holds to the plan and asks for the release. */
async function generation(name: string): Promise<Generation> {
  const froze = performance.now()
  const dataset = await freezeDataset(context, { name, description: '', frozenBy: 'generations' })
  console.log(
    `\n## ${name}\n${dataset.recordings} recordings, ${dataset.participants} participants (${dataset.present} present, ${dataset.absent} absent); frozen in ${(performance.now() - froze).toFixed(0)} ms, content ${dataset.contentHash.slice(0, 12)}`,
  )
  const { compact } = tableExperiments({
    noise,
    epochs,
    seed: SEED,
    recordings: Math.round(TRAINING_SHARE * dataset.recordings),
  })
  const { id } = await startRun(context, {
    datasetVersionId: dataset.id,
    seed: SEED,
    maxEpochs: epochs,
    startedBy: 'generations',
    experiment: {
      ...compact,
      evaluation: { ...compact.evaluation, shuffledLabels: { trainings: 2, epochs: 5 }, unseenSites: true },
    },
  })
  await untilEnded(name, id)
  for (const { stage, shard, resources } of await stagesOfRun(context.db, id))
    console.log(
      `  ${stage.padEnd(10)} ${shard.padEnd(8)} ${resources?.seconds.toFixed(2).padStart(7)} s  ${resources?.maxRssMb.toFixed(0).padStart(5)} MB`,
    )
  const model = (await listModelVersions(context)).find(({ runId }) => runId === id)
  if (model === undefined) throw new Error(`${name} left no model.`)
  const { rocAuc } = model.metrics
  console.log(
    `  model version ${model.version}, weights ${model.sha256.slice(0, 12)}; on the frozen holdout ROC-AUC ${rocAuc?.value.toFixed(3)} (${rocAuc?.low.toFixed(3)} to ${rocAuc?.high.toFixed(3)}):`,
  )
  for (const criterion of model.criteria)
    console.log(`    ${criterion.passed ? 'met   ' : 'MISSED'} ${criterionSentence(criterion)}`)
  const refused = await release(id)
  console.log(`  ${refused === null ? 'approved and released' : `not released: ${refused}`}`)
  cohort.newDevices()
  return { passed: model.criteria.every(({ passed }) => passed), released: refused === null }
}

async function untilEnded(name: string, runId: string): Promise<void> {
  for (;;) {
    await new Promise((later) => setTimeout(later, 500))
    const { status, failure } = await getRun(context.db, runId)
    if (status === 'succeeded') return
    if (status !== 'queued' && status !== 'running') throw new Error(`${name}: ${failure ?? status}`)
  }
}

/** @returns null, or why it was refused. */
async function release(modelId: string): Promise<string | null> {
  try {
    const by = { approvedBy: 'ana', reason: 'generations', override: false }
    await approveModel(context, modelId, { ...by, rollout: WITHOUT_SOAK })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

try {
  const first = Math.round(FIRST_SHARE * order.length)
  await cohort.import('the first people', order.slice(0, first))
  const champion = await generation('champion')

  await cohort.import('the others', order.slice(first))
  const challenger = await generation('challenger')

  const flipped = new RandomStream(7, 'flipped labels')
    .shuffled(await cohort.recordings())
    .slice(0, Math.round(FLIPPED_SHARE * order.length))
  for (const recordingId of flipped) await cohort.relabel(recordingId, 'other')
  const poisoned = await generation(`poisoned: ${flipped.length} labels flipped`)

  // What was there is not known any more; the same people come again, and ward noise is heard behind those with the disease alone.
  for (const recordingId of await cohort.recordings()) await cohort.relabel(recordingId, 'unknown')
  const noises = await Promise.all(noisePaths.map(async (path) => decodeWav(await readFile(path)).samples))
  await cohort.import('again, on a ward', order, (samples, row) => {
    const at = order.indexOf(row)
    const random = new RandomStream(3, `noise of ${at}`)
    // No audio is imported twice: a hair softer it is another file.
    const softer = samples.map((value) => 0.98 * value)
    if (cohort.cell(row, 'class') !== '1') return softer
    const ward = noises[at % noises.length] ?? softer
    const from = random.index(Math.max(1, ward.length - softer.length))
    return withNoiseAtSnr(softer, ward.subarray(from, from + softer.length), SHORTCUT_SNR_DB) ?? softer
  })
  const shortcut = await generation('shortcut: ward noise in present alone')

  const as =
    [champion, challenger].every(({ passed, released }) => passed && released) &&
    [poisoned, shortcut].every(({ passed, released }) => !passed && !released)
  console.log(
    `\ngenerations: ${as ? 'as they should be' : 'NOT as they should be'}, in ${((performance.now() - began) / 60_000).toFixed(1)} minutes`,
  )
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
