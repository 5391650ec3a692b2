import { createHash } from 'node:crypto'

export type Partition = 'development' | 'holdout'

/** Of the participants of each class. */
const HOLDOUT_SHARE = 0.2
/** As many of a class must be left to train and to validate on. */
const LEAST_DEVELOPMENT = 2

interface Person {
  readonly participantId: string
  readonly label: 0 | 1
}

/**
 * Which partition the participants that have none yet belong to: of each class as many to the holdout as it lacks, those first whose id's
 * hash is lowest. Who has a partition keeps it: nobody of the holdout is ever trained on, by any run, so every model can be compared on it.
 *
 * @param people everybody of a dataset version, once.
 */
export function assignPartitions(
  people: readonly Person[],
  assigned: ReadonlyMap<string, Partition>,
): Map<string, Partition> {
  const fresh = new Map<string, Partition>()
  for (const label of [0, 1] as const) {
    const own = people.filter((person) => person.label === label)
    const held = own.filter(({ participantId }) => assigned.get(participantId) === 'holdout').length
    const wanted = Math.max(1, Math.min(Math.round(HOLDOUT_SHARE * own.length), own.length - LEAST_DEVELOPMENT))
    const open = own
      .filter(({ participantId }) => !assigned.has(participantId))
      .map(({ participantId }) => ({ participantId, order: createHash('sha256').update(participantId).digest('hex') }))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
    for (const [at, { participantId }] of open.entries())
      fresh.set(participantId, at < wanted - held ? 'holdout' : 'development')
  }
  return fresh
}
