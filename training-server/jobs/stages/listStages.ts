import type { RunStageRow } from '@spira/shared/protocol/trainingStages.ts'
import type { ServerContext } from '../../server/context.ts'

/** The stages of a run in the order of its plan. */
export const stagesOfRun = async (db: ServerContext['db'], runId: string): Promise<RunStageRow[]> =>
  (await select(db).where('runId', '=', runId).orderBy('position').execute()).map(toRow)

/** Every stage that was given up and waits for a person, the newest first. */
export const deadLetters = async (db: ServerContext['db']): Promise<RunStageRow[]> =>
  (await select(db).where('state', '=', 'failed').orderBy('endedAt', 'desc').limit(200).execute()).map(toRow)

const select = (db: ServerContext['db']) =>
  db
    .selectFrom('runStages')
    .select([
      'id',
      'runId',
      'stage',
      'shard',
      'state',
      'attempts',
      'failures',
      'progress',
      'inputHash',
      'outputHash',
      'failure',
      'logTail',
      'resources',
      'startedAt',
      'endedAt',
    ])

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number]
const toRow = ({ startedAt, endedAt, ...row }: Row): RunStageRow => ({
  ...row,
  startedAt: startedAt?.toISOString() ?? null,
  endedAt: endedAt?.toISOString() ?? null,
})
