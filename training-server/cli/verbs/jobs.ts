import { parseArgs } from 'node:util'
import { ensureStageQueues } from '../../jobs/stages/stageJobs.ts'
import { deadLetters, stagesOfRun } from '../../jobs/stages/listStages.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import type { RunStageRow } from '@spira/shared/protocol/trainingStages.ts'
import type { ServerContext } from '../../server/context.ts'
import { MOST_IN_PAGE } from '@spira/shared/protocol/page.ts'
import { cancelRun, dismissRun, listRuns, retryRun } from '../../jobs/trainingRuns.ts'
import { withServerContext } from '../serverContext.ts'
import { optionOf, UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'training runs and their stages; what was given up, and how to try it again',
  help: `spira jobs [--run ID] [--dead] [--retry ID | --cancel ID | --dismiss ID --reason TEXT] [--data DIR] [--json]

  without more  the newest runs
  --run         the stages of one run: state, attempts, time, memory, what they left
  --dead        every stage that was given up (the dead letters), with why
  --retry       puts the given-up stages of a run back; what is done stays done
  --cancel      ends a run within seconds
  --dismiss     takes the given-up stages of a run from the list of dead letters; the reason is audited`,
  async run(args) {
    const values = parse(args)
    const { reason = '' } = values
    if (values.dismiss !== undefined && reason.trim().length < 3) throw new UsageError('--dismiss needs --reason TEXT.')
    return withServerContext(values.data, async (context) => {
      const { db, boss } = context
      const say = (rows: readonly object[], line: (at: number) => string) => {
        if (values.json === true) console.log(JSON.stringify(rows))
        else if (rows.length === 0) console.log('There are none.')
        else for (const at of rows.keys()) console.log(line(at))
      }
      if (values.retry !== undefined || values.cancel !== undefined) {
        await boss.start()
        await ensureStageQueues(boss)
        const run =
          values.retry === undefined
            ? await cancelRun(context, values.cancel ?? '', 'command-line')
            : await retryRun(context, values.retry, 'command-line')
        await boss.stop({ graceful: true, timeout: 5000 })
        say([run], () => `${run.id}  ${run.status}`)
        return 0
      }
      if (values.dismiss !== undefined) {
        const run = await dismissRun(context, values.dismiss, { actor: 'command-line', reason: reason.trim() })
        say([run], () => `${run.id}  ${run.status}, dismissed`)
        return 0
      }
      if (values.dead === true || values.run !== undefined) {
        const stages = values.run === undefined ? await everyDeadLetter(db) : await stagesOfRun(db, values.run)
        say(stages, (at) => {
          const { runId, stage, shard, state, attempts, resources, outputHash, failure } = stages[at] ?? stages[0]
          const took = resources === null ? '' : `${resources.seconds.toFixed(1)} s ${resources.maxRssMb.toFixed(0)} MB`
          const subject = values.run === undefined ? `${runId}  ` : ''
          return `${subject}${stage.padEnd(10)} ${shard.padEnd(12)} ${state.padEnd(9)} ${attempts}  ${took.padEnd(16)} ${outputHash?.slice(0, 12) ?? ''} ${failure ?? ''}`
        })
        return 0
      }
      const { items: runs } = await listRuns(db, { limit: MOST_IN_PAGE })
      say(runs, (at) => {
        const { id, status, stage, progress, datasetName, failure } = runs[at] ?? runs[0]
        return `${id}  ${status.padEnd(9)} ${stage.padEnd(9)} ${(100 * progress).toFixed(0).padStart(3)} %  ${datasetName}  ${failure ?? ''}`
      })
      return 0
    })
  },
}
export default verb

async function everyDeadLetter(db: ServerContext['db']): Promise<RunStageRow[]> {
  const all: RunStageRow[] = []
  let cursor: string | null | undefined
  do {
    const page = await deadLetters(db, { limit: MOST_IN_PAGE, ...(typeof cursor === 'string' ? { cursor } : {}) })
    all.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return all
}

function parse(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      run: { type: 'string' },
      dead: { type: 'boolean' },
      retry: { type: 'string' },
      cancel: { type: 'string' },
      dismiss: { type: 'string' },
      reason: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  for (const name of ['run', 'retry', 'cancel', 'dismiss'] as const)
    if (values[name] !== undefined) optionOf(`--${name}`, idSchema, values[name])
  return values
}
