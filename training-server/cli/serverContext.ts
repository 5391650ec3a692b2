import { dataFolderOf } from '../server/dataFolder.ts'
import type { ServerContext } from '../server/context.ts'
import { makeLog } from '../server/log.ts'
import { openContext, type OpenContext } from '../server/openContext.ts'

/** What a verb works with beside a running server, or without one; closed when the verb is done. */
export async function withServerContext<Result>(
  data: string | undefined,
  use: (context: ServerContext, opened: OpenContext) => Promise<Result>,
): Promise<Result> {
  const opened = await openContext({
    dataFolder: dataFolderOf(data),
    databaseUrl: process.env['DATABASE_URL'],
    log: makeLog({ level: 'warn' }),
  })
  try {
    return await use(opened.context, opened)
  } finally {
    await opened.close()
  }
}
