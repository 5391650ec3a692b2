/**
 * Every advisory lock of the server, in one place: PostgreSQL knows them by number alone, and two uses of one number wait for
 * each other for ever.
 */
export const ADVISORY_LOCKS = {
  /** Shared by all who use the built-in cluster, exclusive to the one that stops it. */
  clusterUsers: 0x5b1a01,
  testTemplate: 0x5b1a02,
  auditChain: 0x5b1a03,
  repository: 0x5b1a04,
  models: 0x5b1a05,
  freeze: 0x5b1a06,
  /** Held by the one server process. */
  server: 0x5b1a07,
  changes: 0x5b1a10,
  /** First of two numbers; the second is of the blob's hash. */
  blob: 0x5b1a11,
  /** First of two numbers; the second is of the upload's id. */
  upload: 0x5b1a12,
  /** Held while new participants are told who of them is held out. */
  partitions: 0x5b1a14,
  /** Held while the hourly work is done, by whichever server process came first. */
  housekeeping: 0x5b1a13,
  /** Held while an import is filed or undone. */
  imports: 0x5b1a16,
} as const
