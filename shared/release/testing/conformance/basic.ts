import { MetaFile } from '@tufjs/models'
import { ROLES, type Role } from '../../metadata.ts'
import { newSigner, type TufJson, type TufRepository } from '../tufRepository.ts'
import { demand, type ConformanceCase } from './case.ts'

/** test_basic.py */

const firstRoot = (repository: TufRepository): string =>
  (repository.files.get('metadata/1.root.json') ?? Buffer.alloc(0)).toString()
const rootWith =
  (change: (json: TufJson) => void) =>
  (repository: TufRepository): string => {
    const json = JSON.parse(firstRoot(repository)) as TufJson
    change(json)
    return JSON.stringify(json)
  }

const ALL = ['root', 'targets', 'snapshot', 'timestamp'] as const
/** What is trusted after a refresh that stopped at the role: everything before it in the client's order. */
const upTo: Readonly<Record<Role, Partial<Record<Role, number | null>>>> = {
  root: { root: 1, timestamp: null },
  timestamp: { root: 2, timestamp: null, snapshot: null },
  snapshot: { root: 2, timestamp: 2, snapshot: null, targets: null },
  targets: { root: 2, timestamp: 2, snapshot: 2, targets: null },
}

export const BASIC_CASES: readonly ConformanceCase[] = [
  {
    name: 'test_basic_refresh_requests',
    async run(stage) {
      await stage.accepts()
      demand(
        stage.repository.requests.join(' '),
        'metadata/2.root.json metadata/timestamp.json metadata/1.snapshot.json metadata/1.targets.json',
      )
    },
  },
  {
    name: 'test_basic_refresh_trusted_data',
    async run(stage) {
      await stage.accepts()
      for (const role of ROLES)
        await stage.keeps(role, role === 'timestamp' ? 'metadata/timestamp.json' : `metadata/1.${role}.json`)
    },
  },
  {
    name: 'test_implicit_refresh',
    async run(stage) {
      await stage.refusesDownload(/not_found/)
      await stage.trusts({ root: 1, timestamp: 1, snapshot: 1, targets: 1 })
    },
  },
  {
    name: 'test_invalid_initial_root',
    prepare: rootWith((json) => delete json.signed['version']),
    async run(stage) {
      await stage.refuses(/metadata_invalid/)
      demand(stage.repository.requests.length, 0, 'requests')
    },
  },
  {
    name: 'test_unsigned_initial_root',
    prepare: rootWith((json) => json.signatures.forEach((signature) => (signature.sig = 'ab'.repeat(64)))),
    async run(stage) {
      await stage.refuses(/signature_invalid/)
      demand(stage.repository.requests.length, 0, 'requests')
    },
  },
  ...ROLES.map((role): ConformanceCase => ({
    name: `test_unsigned_metadata[${role}]`,
    async run(stage) {
      stage.repository.signers[role] = []
      stage.repository.publishRoles(...ALL)
      await stage.refuses(/signature_invalid/)
      await stage.trusts(upTo[role])
    },
  })),
  ...(['root', 'snapshot', 'targets'] as const).map((role): ConformanceCase => ({
    name: `test_url_and_metadata_version_mismatch[${role}]`,
    async run(stage) {
      const { repository } = stage
      repository.metaHashes = false
      repository.publishRoles('root', 'targets', 'snapshot', 'timestamp')
      repository[role].version = 2
      repository.publishRoles(role)
      const file = repository.files.get(`metadata/3.${role}.json`)
      if (file !== undefined) repository.files.set(`metadata/2.${role}.json`, file)
      repository.files.delete('metadata/3.root.json')
      await stage.refuses(/version_mismatch/)
      await stage.trusts(upTo[role])
    },
  })),
  {
    name: 'test_timestamp_content_changes',
    async run(stage) {
      const { repository } = stage
      await stage.accepts()
      repository.timestamp.snapshotMeta = new MetaFile({ version: 100 })
      repository.writeTimestamp()
      await stage.accepts()
      demand(repository.requests.at(-1), 'metadata/timestamp.json', 'last request')
      const text = JSON.parse((await stage.trustedText('timestamp')) ?? '') as {
        signed: { meta: { 'snapshot.json': { version: number } } }
      }
      demand(text.signed.meta['snapshot.json'].version, 1, 'snapshot announced')
    },
  },
  {
    name: 'test_basic_metadata_hash_support',
    async run(stage) {
      stage.repository.publish()
      await stage.accepts()
    },
  },
  {
    name: 'test_targets_hash_mismatch',
    async run(stage) {
      const { repository } = stage
      await stage.accepts()
      repository.publishRoles('targets')
      const { version, length } = repository.snapshot.meta['targets.json'] ?? { version: 2, length: 1 }
      repository.snapshot.meta['targets.json'] = new MetaFile({
        version,
        ...(length === undefined ? {} : { length }),
        hashes: { sha256: '0'.repeat(64) },
      })
      repository.publishRoles('snapshot', 'timestamp')
      await stage.refuses(/hash_mismatch/)
      await stage.trusts({ snapshot: 2, targets: 1 })
    },
  },
  {
    name: 'test_snapshot_hash_mismatch',
    async run(stage) {
      const { repository } = stage
      await stage.accepts()
      repository.publishRoles('snapshot')
      repository.timestamp.snapshotMeta = new MetaFile({ version: 2, hashes: { sha256: '0'.repeat(64) } })
      repository.publishRoles('timestamp')
      await stage.refuses(/hash_mismatch/)
      await stage.trusts({ snapshot: 1, timestamp: 2 })
    },
  },
  {
    name: 'test_metadata_length_mismatch',
    async run(stage) {
      const { repository } = stage
      await stage.accepts()
      repository.publishRoles('snapshot')
      const { length = 0 } = repository.timestamp.snapshotMeta
      repository.timestamp.snapshotMeta = new MetaFile({ version: 2, length: length + 1 })
      repository.publishRoles('timestamp')
      await stage.refuses(/length_mismatch/)
      await stage.trusts({ snapshot: 1, timestamp: 2 })
    },
  },
  {
    name: 'test_metadata_bytes_match',
    async run(stage) {
      const path = 'metadata/timestamp.json'
      stage.repository.files.set(
        path,
        Buffer.concat([stage.repository.files.get(path) ?? Buffer.alloc(0), Buffer.from(' ')]),
      )
      await stage.accepts()
      await stage.keeps('timestamp', path)
    },
  },
  {
    name: 'test_custom_fields',
    async run(stage) {
      const { repository } = stage
      await stage.accepts()
      Object.assign(repository.root.unrecognizedFields, { 'custom-field': 'value' })
      Object.assign(repository.root.roles.root?.unrecognizedFields ?? {}, { 'another-field': { a: 1 } })
      Object.assign(repository.root.keys[repository.signers.root[0]?.key.keyID ?? '']?.unrecognizedFields ?? {}, {
        'extra-field': { a: 1, b: 2 },
      })
      repository.publishRoles('root')
      await stage.accepts()
      await stage.trusts({ root: 2 })
    },
  },
  {
    name: 'test_deprecated_keyid_hash_algorithms',
    async run(stage) {
      const { repository } = stage
      const signer = newSigner()
      Object.assign(signer.key.unrecognizedFields ?? {}, { keyid_hash_algorithms: 'md5' })
      repository.signers.snapshot = [signer]
      repository.setKeys('snapshot', [signer], 1)
      repository.publishRoles('root', 'snapshot', 'timestamp')
      await stage.accepts()
      await stage.trusts({ root: 2, snapshot: 2 })
    },
  },
  {
    name: 'test_snapshot_404',
    async run(stage) {
      const { repository } = stage
      await stage.accepts()
      repository.timestamp.snapshotMeta = new MetaFile({ version: 2 })
      repository.publishRoles('timestamp')
      await stage.refuses(/not_found/)
      demand(repository.requests.at(-1), 'metadata/2.snapshot.json', 'last request')
      await stage.trusts({ root: 1, snapshot: 1, targets: 1, timestamp: 2 })
    },
  },
  {
    name: 'test_targets_404',
    async run(stage) {
      const { repository } = stage
      await stage.accepts()
      repository.snapshot.meta['targets.json'] = new MetaFile({ version: 2 })
      repository.publishRoles('snapshot', 'timestamp')
      await stage.refuses(/not_found/)
      demand(repository.requests.at(-1), 'metadata/2.targets.json', 'last request')
      await stage.trusts({ root: 1, snapshot: 2, targets: 1, timestamp: 2 })
    },
  },
  {
    name: 'test_timestamp_404',
    async run(stage) {
      const { repository } = stage
      await stage.accepts()
      repository.files.delete('metadata/timestamp.json')
      await stage.refuses(/not_found/)
      demand(repository.requests.at(-1), 'metadata/timestamp.json', 'last request')
    },
  },
  {
    name: 'test_incorrect_metadata_type',
    async run(stage) {
      const { repository } = stage
      // A snapshot that the timestamp's key signed too, with the content of a timestamp, served as the timestamp.
      const both = [...repository.signers.snapshot, ...repository.signers.timestamp]
      repository.signers.snapshot = both
      repository.setKeys('snapshot', both, 1)
      for (const name of Object.keys(repository.snapshot.meta)) delete repository.snapshot.meta[name]
      repository.snapshot.meta['snapshot.json'] = new MetaFile({ version: 1 })
      repository.publishRoles('root', 'snapshot')
      repository.files.set(
        'metadata/timestamp.json',
        repository.files.get('metadata/2.snapshot.json') ?? Buffer.alloc(0),
      )
      await stage.refuses(/metadata_invalid/)
      await stage.trusts({ root: 2, timestamp: null })
    },
  },
]
