/** Everything that bounds what a server, honest or not, can make a device read or do. Given to the client as one object. */
export interface ReleaseLimits {
  /** Root versions followed in one refresh; a longer chain goes on at the next one. */
  readonly maxRootRotations: number
  /** Bytes of a root file: a few keys and signatures. */
  readonly maxRootBytes: number
  /** Bytes of the timestamp: one entry. Its length is announced by nobody, so this is the only bound. */
  readonly maxTimestampBytes: number
  /** Bytes of a snapshot whose length the timestamp does not announce. It names the sites and devices of the rollouts. */
  readonly maxSnapshotBytes: number
  /** Bytes of targets metadata whose length the snapshot does not announce. */
  readonly maxTargetsBytes: number
}

/** A lying length in signed metadata cannot lift these either: the smaller of the two counts. */
export const RELEASE_LIMITS: ReleaseLimits = {
  maxRootRotations: 256,
  maxRootBytes: 512_000,
  maxTimestampBytes: 16_384,
  maxSnapshotBytes: 262_144,
  maxTargetsBytes: 1_048_576,
}
