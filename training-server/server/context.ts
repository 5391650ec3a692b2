import type { Logger } from 'pino'
import type { Kysely } from 'kysely'
import type { PgBoss } from 'pg-boss'
import type { BlobStore } from '../blobs/blobStore.ts'
import type { Database } from '../db/schema.ts'
import type { VerifiedTokens } from '../fleet/verifiedTokens.ts'
import type { FilingQueue } from '../ingest/filingQueue.ts'
import type { UploadLocks } from '../ingest/uploadLocks.ts'
import type { UploadStore } from '../ingest/uploadStore.ts'
import type { ServerKeys } from './serverKeys.ts'

/** What every capability works with; made once by the process (server, worker or command line) and handed down. */
export interface ServerContext {
  readonly serverId: string
  readonly db: Kysely<Database>
  /** Where `db` is; it holds a password. */
  readonly databaseUrl: string
  readonly blobs: BlobStore
  /** Audio on its way. */
  readonly uploads: UploadStore
  readonly uploadLocks: UploadLocks
  readonly filingQueue: FilingQueue
  readonly verifiedTokens: VerifiedTokens
  readonly boss: PgBoss
  readonly keys: ServerKeys
  /** `uploads`: unfinished tus uploads. `work`: scratch of training runs. Both on the blob store's disk. */
  readonly folders: { readonly data: string; readonly uploads: string; readonly work: string; readonly keys: string }
  readonly log: Logger
}
