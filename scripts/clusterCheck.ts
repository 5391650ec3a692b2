import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSwift, swiftIsInstalled } from '../training-server/blobs/testing/swift.ts'
import { freezeDataset } from '../training-server/datasets/freeze.ts'
import { TestDevice } from '../training-server/ingest/testDevice.ts'
import { stagesOfRun } from '../training-server/jobs/stages/listStages.ts'
import { getRun, startRun } from '../training-server/jobs/trainingRuns.ts'
import { listModelVersions } from '../training-server/models/modelVersions.ts'
import { makeLog } from '../training-server/server/log.ts'
import { openContext } from '../training-server/server/openContext.ts'
import { debianPostgresIsInstalled, startDebianPostgres } from './cluster/debianPostgres.ts'
import { Machine } from './cluster/machine.ts'
import { TurnAbout } from './cluster/turnAbout.ts'

/**
 * `npm run -s cluster-check`: two servers and two workers as processes with data folders of their own, over Debian's PostgreSQL and an S3
 * server (OpenStack Swift with s3api). A device's requests go to the servers in turn, so that an upload begun at one is finished at the
 * other; then a run whose features and folds fan out over both workers, one of which is killed in the midst of it. Exit code 0 when every
 * recording is filed once, both workers did features and training, and the run left one model.
 */
/** More than one job's features. */
const RECORDINGS = 104
/** A device's token lasts ten minutes. */
const BY_A_DEVICE = 26
const FOLDS = 3

if (!debianPostgresIsInstalled() || !swiftIsInstalled()) {
  console.error(
    'cluster-check: it needs the Debian packages postgresql-15, swift-proxy, swift-account, swift-container, swift-object and memcached.',
  )
  process.exit(2)
}
const folder = await mkdtemp(join(tmpdir(), 'spira-cluster-'))
const [postgres, swift] = await Promise.all([startDebianPostgres(), startSwift()])
process.env['AWS_ACCESS_KEY_ID'] = swift.credentials.accessKeyId
process.env['AWS_SECRET_ACCESS_KEY'] = swift.credentials.secretAccessKey
process.env['SPIRA_BLOBS'] = swift.url
process.env['DATABASE_URL'] = postgres.url
const machine = (name: string) => new Machine(name, folder, process.env)
const servers = [machine('server-1'), machine('server-2')] as const
const workers = [machine('worker-1'), machine('worker-2')] as const
const failures: string[] = []
const demand = (is: boolean, what: string): void => {
  console.log(`  ${is ? 'yes' : 'NO '} ${what}`)
  if (!is) failures.push(what)
}

try {
  const serve = ['server', '--shared', '--no-worker', '--port', '0']
  const urls = [await servers[0].start(...serve)]
  for (const other of [servers[1], ...workers]) await other.takeKeysOf(servers[0])
  urls.push(await servers[1].start(...serve))
  for (const worker of workers) await worker.start('worker')
  console.log(`two servers, two workers: processes ${[...servers, ...workers].map(({ pid }) => pid).join(', ')}`)
  const here = machine('here')
  await here.takeKeysOf(servers[0])
  const opened = await openContext({
    dataFolder: here.folder,
    databaseUrl: postgres.url,
    log: makeLog({ level: 'error' }),
  })
  try {
    const { context } = opened
    const balancer = new TurnAbout(urls)
    const filing = performance.now()
    for (let first = 1; first <= RECORDINGS; first += BY_A_DEVICE) {
      const device = await TestDevice.enrol(balancer, context, { simulated: true })
      for (let seed = first; seed < first + BY_A_DEVICE; seed += 1)
        await device.fileVisit({ seed, label: seed % 2 === 0 ? 'present' : 'absent' })
    }
    console.log(
      `${RECORDINGS} recordings filed in ${((performance.now() - filing) / 1000).toFixed(1)} s; requests answered ${balancer.answered.join(' and ')}`,
    )
    await context.boss.start()
    const dataset = await freezeDataset(context, { name: 'cluster', description: '', frozenBy: 'cluster-check' })
    const began = performance.now()
    const { id } = await startRun(context, {
      datasetVersionId: dataset.id,
      seed: 1,
      maxEpochs: 1,
      folds: FOLDS,
      network: 'compact',
      startedBy: 'cluster-check',
      experiment: { evaluation: { shuffledLabels: { trainings: 0 }, unseenSites: false } },
    })
    let killed = false
    for (;;) {
      const { status, failure } = await getRun(context.db, id)
      if (status === 'succeeded') break
      if (status !== 'queued' && status !== 'running') throw new Error(failure ?? status)
      const trained = (await stagesOfRun(context.db, id)).filter(
        ({ stage, state }) => stage === 'train' && state === 'done',
      )
      const byBoth = new Set(trained.map(({ resources }) => resources?.worker)).size === 2
      if (!killed && byBoth) {
        killed = true
        await workers[1].kill()
        console.log('worker-2 is killed; worker-1 goes on alone')
      }
      await new Promise((later) => setTimeout(later, 50))
    }
    console.log(`the run took ${((performance.now() - began) / 1000).toFixed(1)} s`)
    const nameOf = (worker: string): string => workers.find(({ pid }) => worker.endsWith(`:${pid}`))?.name ?? worker
    const stages = await stagesOfRun(context.db, id)
    for (const { stage, shard, attempts, resources } of stages)
      console.log(
        `  ${stage.padEnd(10)} ${shard.padEnd(12)} ${nameOf(resources?.worker ?? '').padEnd(9)} ${resources?.seconds.toFixed(2).padStart(7)} s  ${attempts} attempt(s)`,
      )
    const doneBy = (stage: string) =>
      new Set(stages.filter((row) => row.stage === stage).map(({ resources }) => nameOf(resources?.worker ?? ''))).size
    const { filed } = await context.db
      .selectFrom('recordings')
      .select(({ fn }) => fn.countAll<string>().as('filed'))
      .where('filedAt', 'is not', null)
      .executeTakeFirstOrThrow()
    const models = (await listModelVersions(context)).filter(({ runId }) => runId === id)
    demand(Number(filed) === RECORDINGS, `${RECORDINGS} recordings are filed, each once`)
    demand(
      balancer.answered.every((count) => count > RECORDINGS),
      'both servers answered',
    )
    demand(doneBy('features') === 2, 'features were computed by both workers')
    demand(doneBy('train') === 2, 'models were trained by both workers')
    demand(killed, 'a worker was killed in the midst of the run')
    demand(models.length === 1, 'the run left one model')
    await context.boss.stop({ graceful: false })
  } finally {
    await opened.close()
  }
} finally {
  for (const one of [...workers, ...servers]) await one.stop()
  await swift.stop()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
console.log(`cluster-check: ${failures.length === 0 ? 'as it should be' : `NOT: ${failures.join('; ')}`}`)
process.exitCode = failures.length === 0 ? 0 : 1
