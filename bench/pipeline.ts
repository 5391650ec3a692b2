import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stageSchema, type RunStageRow } from '@spira/shared/protocol/trainingStages.ts'
import { freezeDataset } from '../training-server/datasets/freeze.ts'
import { fillSimulated } from '../training-server/explorer/testing/fillSimulated.ts'
import { ensureStageQueues } from '../training-server/jobs/stages/stageJobs.ts'
import { stagesOfRun } from '../training-server/jobs/stages/listStages.ts'
import { getRun, startRun } from '../training-server/jobs/trainingRuns.ts'
import { makeLog } from '../training-server/server/log.ts'
import { openContext } from '../training-server/server/openContext.ts'
import { giveSound } from './pipeline/giveSound.ts'
import { Workers } from './pipeline/workers.ts'

/**
 * The stages of a run against the number of recordings (`SIZES`, 100 and 1,000; `--large` adds 10,000): time and memory of each, what
 * freezing and the gate cost; then the same work by one worker and by two. The recordings are simulated, a second of noise each, and a
 * network is trained for one epoch: this measures the pipeline, not a model.
 */
const sizes = (process.env['SIZES'] ?? (process.argv.includes('--large') ? '100,1000,10000' : '100,1000'))
  .split(',')
  .map(Number)
/** Of the simulated recordings about so many are of a speech task, labelled and usable. */
const USABLE = 0.6
const FOLDS = 3
const EXPERIMENT = {
  network: 'compact',
  evaluation: { shuffledLabels: { trainings: 0 }, unseenSites: false },
}

interface Measured {
  readonly recordings: number
  readonly freezeMs: number
  readonly wallSeconds: number
  readonly stages: readonly RunStageRow[]
}

async function measure(size: number, workers: number, folds: number): Promise<Measured> {
  const data = await mkdtemp(join(tmpdir(), 'spira-bench-pipeline-'))
  const opened = await openContext({ dataFolder: data, log: makeLog({ level: 'error' }) })
  const { context } = opened
  const running = new Workers(data)
  try {
    await fillSimulated(context, Math.round(size / USABLE))
    await giveSound(context)
    const froze = performance.now()
    const dataset = await freezeDataset(context, { name: 'bench', description: '', frozenBy: 'bench' })
    const freezeMs = performance.now() - froze
    await context.boss.start()
    await ensureStageQueues(context.boss)
    await running.start(workers)
    const began = performance.now()
    const { id } = await startRun(context, {
      datasetVersionId: dataset.id,
      seed: 1,
      maxEpochs: 1,
      folds,
      startedBy: 'bench',
      experiment: EXPERIMENT,
    })
    for (;;) {
      const { status, failure } = await getRun(context.db, id)
      if (status === 'succeeded') break
      if (status !== 'queued' && status !== 'running') throw new Error(failure ?? status)
      await new Promise((later) => setTimeout(later, 100))
    }
    const wallSeconds = (performance.now() - began) / 1000
    return { recordings: dataset.recordings, freezeMs, wallSeconds, stages: await stagesOfRun(context.db, id) }
  } finally {
    await running.stop()
    await context.boss.stop({ graceful: false })
    await opened.close()
    await rm(data, { recursive: true, force: true })
  }
}

const of = ({ stages }: Measured, stage: string) => {
  const resources = stages.filter((row) => row.stage === stage).flatMap((row) => row.resources ?? [])
  return {
    seconds: resources.reduce((sum, { seconds }) => sum + seconds, 0),
    rssMb: Math.max(0, ...resources.map(({ maxRssMb }) => maxRssMb)),
  }
}

const measured: Measured[] = []
for (const size of sizes) {
  const one = await measure(size, 1, 0)
  measured.push(one)
  console.log(`\n${one.recordings} recordings, one worker: ${one.wallSeconds.toFixed(1)} s`)
  console.log(
    `  ${'freezing'.padEnd(10)} ${(one.freezeMs / 1000).toFixed(2).padStart(8)} s ${((1000 * one.freezeMs) / one.recordings).toFixed(0).padStart(8)} µs a recording`,
  )
  for (const stage of stageSchema.options) {
    const { seconds, rssMb } = of(one, stage)
    console.log(
      `  ${stage.padEnd(10)} ${seconds.toFixed(2).padStart(8)} s ${((1000 * seconds) / one.recordings).toFixed(2).padStart(8)} ms a recording ${rssMb.toFixed(0).padStart(6)} MB`,
    )
  }
}
const [smallest, largest] = [measured.at(0), measured.at(-1)]
if (smallest !== undefined && largest !== undefined && largest !== smallest) {
  const times = largest.recordings / smallest.recordings
  for (const stage of ['features', 'train', 'evaluate', 'gate'] as const) {
    const [from, to] = [of(smallest, stage), of(largest, stage)]
    console.log(
      `${stage}: ${(to.seconds / from.seconds).toFixed(1)} times the time and ${(to.rssMb / from.rssMb).toFixed(2)} times the memory for ${times.toFixed(1)} times the recordings`,
    )
  }
}

const parallel = sizes.find((size) => size >= 1000)
if (parallel !== undefined) {
  const [one, two] = [await measure(parallel, 1, FOLDS), await measure(parallel, 2, FOLDS)]
  console.log(
    `\n${one.recordings} recordings, ${FOLDS} folds beside the candidate: one worker ${one.wallSeconds.toFixed(1)} s, two ${two.wallSeconds.toFixed(1)} s: ${(one.wallSeconds / two.wallSeconds).toFixed(2)} times as fast`,
  )
}
