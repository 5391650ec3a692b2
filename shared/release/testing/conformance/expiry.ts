import type { Role } from '../../metadata.ts'
import { inDays } from '../tufRepository.ts'
import type { ConformanceCase } from './case.ts'

/** test_expiration.py, and test_faketime. A refresh "in n days" is one whose clock says so. */

const day = (days: number): Date => new Date(Date.now() + days * 86_400_000)

const expired = (role: Role, published: readonly Role[], trusted: Partial<Record<Role, number>>): ConformanceCase => ({
  name: `test_${role}_expired`,
  async run(stage) {
    const { repository } = stage
    await stage.accepts()
    repository[role].expires = inDays(-5)
    repository.publishRoles(...published)
    await stage.refuses(/metadata_expired/)
    await stage.trusts(trusted)
  },
})

export const EXPIRY_CASES: readonly ConformanceCase[] = [
  expired('root', ['root', 'targets', 'snapshot', 'timestamp'], { root: 2, timestamp: 1, snapshot: 1, targets: 1 }),
  expired('timestamp', ['timestamp'], { root: 1, timestamp: 1, snapshot: 1, targets: 1 }),
  expired('snapshot', ['snapshot', 'timestamp'], { root: 1, timestamp: 2, snapshot: 1, targets: 1 }),
  expired('targets', ['targets', 'snapshot', 'timestamp'], { root: 1, timestamp: 2, snapshot: 2, targets: 1 }),
  {
    name: 'test_expired_local_root',
    async run(stage) {
      const { repository } = stage
      repository.root.expires = inDays(7)
      repository.publishRoles('root')
      for (const role of ['targets', 'snapshot', 'timestamp'] as const) repository[role].expires = inDays(21)
      repository.publish()
      await stage.accepts()
      repository.root.expires = inDays(21)
      repository.publishRoles('root')
      await stage.accepts(day(18))
      await stage.trusts({ root: 3 })
    },
  },
  {
    name: 'test_expired_local_timestamp',
    async run(stage) {
      const { repository } = stage
      repository.timestamp.expires = inDays(7)
      repository.publishRoles('timestamp')
      await stage.accepts()
      repository.timestamp.expires = inDays(21)
      repository.publish()
      await stage.accepts(day(18))
      await stage.trusts({ timestamp: 3, snapshot: 2 })
    },
  },
  {
    name: 'test_expired_local_snapshot',
    async run(stage) {
      const { repository } = stage
      repository.timestamp.expires = inDays(30)
      repository.snapshot.expires = inDays(7)
      repository.publishRoles('snapshot', 'timestamp')
      await stage.accepts()
      // The stored snapshot is the one announced, and has expired: it is fetched again and refused as such.
      await stage.refuses(/metadata_expired/, day(18))
      repository.snapshot.expires = inDays(60)
      repository.publishRoles('snapshot', 'timestamp')
      await stage.accepts(day(18))
    },
  },
  {
    name: 'test_faketime',
    async run(stage) {
      stage.repository.root.expires = inDays(7)
      stage.repository.publishRoles('root')
      await stage.accepts()
      await stage.refuses(/metadata_expired/, day(8))
    },
  },
  {
    name: 'test_frozen_timestamp (a repository held at one state until it expires)',
    async run(stage) {
      await stage.accepts()
      await stage.accepts(day(6))
      await stage.refuses(/metadata_expired/, day(8))
    },
  },
]
