import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/**
 * A recording's newest assessment by one index. Beside the index by time alone (0067) a server without statistics, as after a large
 * import, walked through the assessments of everybody for each recording.
 */
export const up = (db: Kysely<unknown>): Promise<void> =>
  runStatements(
    db,
    `
create index assessments_newest on assessments (recording_id, made_at, id);
drop index assessments_recording;
`,
  )
