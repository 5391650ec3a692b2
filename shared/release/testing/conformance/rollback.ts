import { MetaFile } from '@tufjs/models'
import type { ConformanceCase } from './case.ts'

/** test_rollback.py */

const hashed = (name: string, run: ConformanceCase['run']): readonly ConformanceCase[] => [
  {
    name: `${name}[basic]`,
    run: async (stage) => {
      stage.repository.metaHashes = false
      await run(stage)
    },
  },
  { name: `${name}[with hashes]`, run },
]

export const ROLLBACK_CASES: readonly ConformanceCase[] = [
  {
    name: 'test_new_timestamp_version_rollback',
    async run(stage) {
      const { repository } = stage
      repository.publishRoles('timestamp')
      await stage.accepts()
      await stage.trusts({ timestamp: 2 })
      repository.timestamp.version = 1
      repository.writeTimestamp()
      await stage.refuses(/version_rollback/)
      await stage.trusts({ timestamp: 2 })
    },
  },
  ...hashed('test_snapshot_rollback', async (stage) => {
    const { repository } = stage
    repository.publishRoles('snapshot', 'timestamp')
    await stage.accepts()
    repository.snapshot.version = 1
    repository.writeSnapshot()
    repository.publishRoles('timestamp')
    await stage.refuses(/version_rollback/)
    await stage.trusts({ timestamp: 2, snapshot: 2 })
  }),
  ...hashed('test_targets_rollback', async (stage) => {
    const { repository } = stage
    repository.publish()
    await stage.accepts()
    repository.targets.version = 1
    repository.writeTargets()
    repository.publishRoles('snapshot', 'timestamp')
    await stage.refuses(/version_rollback/)
    await stage.trusts({ snapshot: 2, targets: 2 })
  }),
  {
    name: 'test_targets_role_removal',
    async run(stage) {
      const { repository } = stage
      repository.snapshot.meta['delegated.json'] = new MetaFile({ version: 1 })
      repository.publish()
      await stage.accepts()
      delete repository.snapshot.meta['delegated.json']
      repository.publishRoles('snapshot', 'timestamp')
      await stage.refuses(/metadata_invalid/)
      await stage.trusts({ snapshot: 2 })
    },
  },
  {
    name: 'test_targets_fast_forward_recovery',
    async run(stage) {
      const { repository } = stage
      repository.snapshot.meta['delegated.json'] = new MetaFile({ version: 1 })
      repository.targets.version = 99
      repository.publish()
      await stage.accepts()
      await stage.trusts({ targets: 100 })
      repository.rotateKeys('snapshot')
      repository.targets.version = 1
      repository.writeTargets()
      delete repository.snapshot.meta['delegated.json']
      repository.publishRoles('root', 'snapshot', 'timestamp')
      await stage.accepts()
      await stage.trusts({ targets: 1 })
    },
  },
  {
    name: 'test_new_snapshot_fast_forward_recovery',
    async run(stage) {
      const { repository } = stage
      repository.snapshot.version = 99
      repository.publishRoles('snapshot', 'timestamp')
      await stage.accepts()
      await stage.trusts({ snapshot: 100 })
      repository.rotateKeys('snapshot')
      repository.rotateKeys('timestamp')
      repository.snapshot.version = 0
      repository.publishRoles('root', 'targets', 'snapshot', 'timestamp')
      await stage.accepts()
      await stage.trusts({ snapshot: 1 })
    },
  },
  {
    name: 'test_new_timestamp_fast_forward_recovery',
    async run(stage) {
      const { repository } = stage
      repository.timestamp.version = 99
      repository.publishRoles('timestamp')
      await stage.accepts()
      await stage.trusts({ timestamp: 100 })
      repository.rotateKeys('timestamp')
      repository.timestamp.version = 0
      repository.publishRoles('root', 'timestamp')
      await stage.accepts()
      await stage.trusts({ timestamp: 1 })
    },
  },
  {
    name: 'test_mix_and_match (files of two states of the repository)',
    async run(stage) {
      const { repository } = stage
      await stage.accepts()
      const older = repository.files.get('metadata/1.targets.json') ?? Buffer.alloc(0)
      repository.publish()
      repository.files.set('metadata/2.targets.json', older)
      await stage.refuses(/hash_mismatch|length_mismatch/)
      await stage.trusts({ snapshot: 2, targets: 1 })
    },
  },
  {
    name: 'test_mix_and_match without hashes (the version alone must hold)',
    async run(stage) {
      const { repository } = stage
      repository.metaHashes = false
      repository.publish()
      await stage.accepts()
      const older = repository.files.get('metadata/2.targets.json') ?? Buffer.alloc(0)
      repository.publish()
      repository.files.set('metadata/3.targets.json', older)
      await stage.refuses(/version_mismatch/)
      await stage.trusts({ snapshot: 3, targets: 2 })
    },
  },
]
