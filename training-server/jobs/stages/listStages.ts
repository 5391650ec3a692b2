import type { Page } from '@spira/shared/protocol/page.ts'
import type { RunStageRow } from '@spira/shared/protocol/trainingStages.ts'
import type { ServerContext } from '../../server/context.ts'
import { idOf, type IdPage, toPage } from '../../server/page.ts'

/** The stages of a run in the order of its plan. */
export const stagesOfRun = async (db: ServerContext['db'], runId: string): Promise<RunStageRow[]> =>
  (await select(db).where('runId', '=', runId).orderBy('position').execute()).map(toRow)

/** Every stage that was given up and waits for a person, those of the newest runs first. */
export async function deadLetters(db: ServerContext['db'], { cursor, limit }: IdPage): Promise<Page<RunStageRow>> {
  const rows = await select(db)
    .where('state', '=', 'failed')
    .where('dismissedAt', 'is', null)
    .$if(cursor !== undefined, (all) => all.where('id', '<', cursor ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit, { toItem: toRow, cursorOf: idOf })
}

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
      'epochs',
      'startedAt',
      'endedAt',
    ])

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number]
const toRow = ({ startedAt, endedAt, ...row }: Row): RunStageRow => ({
  ...row,
  startedAt: startedAt?.toISOString() ?? null,
  endedAt: endedAt?.toISOString() ?? null,
})
