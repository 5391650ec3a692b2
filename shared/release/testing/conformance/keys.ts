import { aliasOf, newSigner } from '../tufRepository.ts'
import type { ConformanceCase } from './case.ts'

/** test_keys.py */

/** Plausible, of the right length, and of no key here (from the suite). */
const BAD_SIGNATURE =
  'b61589620c287e23a00abf0e653421010a0ad33869e5a096d604e08d7b4f8eb9c58ebb8a02124576be776f86ab5a3b05dbb6f27cc47f4b144f32ba4012d4b302'

export const KEY_CASES: readonly ConformanceCase[] = [
  {
    name: 'test_snapshot_does_not_meet_threshold',
    async run(stage) {
      const { repository } = stage
      repository.signers.snapshot.push(newSigner(), newSigner())
      repository.setKeys('snapshot', repository.signers.snapshot, 3)
      repository.publishRoles('root', 'targets', 'snapshot', 'timestamp')
      await stage.accepts()
      repository.signers.snapshot.pop()
      repository.publish()
      await stage.refuses(/threshold_not_met/)
      await stage.trusts({ snapshot: 2 })
    },
  },
  {
    name: 'test_snapshot_has_too_few_keys',
    async run(stage) {
      const { repository } = stage
      repository.signers.snapshot.push(newSigner(), newSigner(), newSigner(), newSigner())
      repository.setKeys('snapshot', repository.signers.snapshot, 6)
      repository.publishRoles('root', 'snapshot', 'timestamp')
      await stage.refuses(/threshold_not_met/)
      await stage.trusts({ root: 2, snapshot: null })
    },
  },
  {
    name: 'test_duplicate_keys',
    async run(stage) {
      const { repository } = stage
      const [signer = newSigner()] = repository.signers.snapshot
      repository.setKeys('snapshot', [signer], 6)
      for (let more = 0; more < 8; more += 1) repository.root.roles.snapshot?.keyIDs.push(signer.key.keyID)
      repository.publishRoles('root', 'snapshot', 'timestamp')
      repository.metaHashes = false
      repository.publishRoles('timestamp')
      repository.rewrite('metadata/2.snapshot.json', ({ signatures }) => {
        signatures.push(...Array.from({ length: 8 }, () => signatures.slice(0, 1)).flat())
      })
      await stage.refuses(/metadata_invalid/)
      await stage.trusts({ snapshot: null })
    },
  },
  {
    name: 'test_duplicate_sig_keyids',
    async run(stage) {
      const { repository } = stage
      repository.metaHashes = false
      repository.publish()
      repository.rewrite('metadata/2.snapshot.json', ({ signatures }) => {
        const [first] = signatures
        if (first !== undefined) signatures.push(first)
      })
      await stage.refuses(/metadata_invalid/)
      await stage.trusts({ snapshot: null })
    },
  },
  {
    name: 'test_keytype_and_scheme[ed25519/ed25519]',
    async run(stage) {
      const { repository } = stage
      const signer = newSigner()
      repository.signers.root.push(signer)
      repository.setKeys('root', repository.signers.root, 2)
      repository.publishRoles('root')
      await stage.accepts()
      await stage.trusts({ root: 2 })
      repository.publishRoles('root')
      repository.rewrite('metadata/3.root.json', ({ signatures }) => {
        for (const signature of signatures) if (signature.keyid === signer.key.keyID) signature.sig = BAD_SIGNATURE
      })
      await stage.refuses(/threshold_not_met/)
      await stage.trusts({ root: 2 })
    },
  },
  {
    name: 'test_invalid_sig_in_valid_metadata',
    async run(stage) {
      const { repository } = stage
      const [first = newSigner()] = repository.signers.timestamp
      repository.signers.timestamp.push(newSigner())
      repository.setKeys('timestamp', repository.signers.timestamp, 1)
      for (const sig of [BAD_SIGNATURE, '']) {
        repository.publishRoles('root', 'timestamp')
        repository.rewrite('metadata/timestamp.json', ({ signatures }) => {
          for (const signature of signatures) if (signature.keyid === first.key.keyID) signature.sig = sig
        })
        await stage.accepts()
      }
    },
  },
  {
    name: 'test_one_key_under_two_ids',
    stricterThanTufJs: 'tuf-js counts key ids, ours counts keys: one stolen key is never a threshold of two',
    async run(stage) {
      const { repository } = stage
      const [first = newSigner()] = repository.signers.targets
      repository.signers.targets = [first, aliasOf(first, 'alias')]
      repository.setKeys('targets', repository.signers.targets, 2)
      repository.publishRoles('root', 'targets', 'snapshot', 'timestamp')
      await stage.refuses(/threshold_not_met/)
      await stage.trusts({ targets: null })
    },
  },
]
