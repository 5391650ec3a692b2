import { newSigner } from '../tufRepository.ts'
import { demand, type ConformanceCase } from './case.ts'

/** test_updater_key_rotations.py, its tables word for word: keys by number, the threshold, and whose signatures it carries. */

interface Version {
  readonly keys: readonly number[]
  readonly threshold: number
  readonly sigs: readonly number[]
  readonly refused?: RegExp
}
const v = (keys: readonly number[], threshold: number, sigs: readonly number[], refused?: RegExp): Version =>
  refused === undefined ? { keys, threshold, sigs } : { keys, threshold, sigs, refused }
const FIVE = [0, 1, 2, 3, 4]
const MIXED = [0, 1, 3, 4, 5]
const NEITHER = /signature_invalid|threshold_not_met/

const ROOT_ROTATIONS: Readonly<Record<string, readonly Version[]>> = {
  '1-of-1-key-rotation': [v([1], 1, [1]), v([2], 1, [2, 1]), v([2], 1, [2])],
  '1-of-1-key-rotation-unused-signatures': [v([1], 1, [3, 1, 4]), v([2], 1, [3, 2, 1, 4]), v([2], 1, [3, 2, 4])],
  '3-of-5-sign-with-different-keycombos': [
    v(FIVE, 3, [0, 2, 4]),
    v(FIVE, 3, [0, 4, 1]),
    v(FIVE, 3, [0, 1, 3]),
    v(FIVE, 3, [0, 1, 3]),
  ],
  '3-of-5-one-key-rotated': [v(FIVE, 3, [0, 2, 4]), v(MIXED, 3, [0, 4, 1])],
  '3-of-5-one-key-rotated-with-intermediate-step': [
    v(FIVE, 3, [0, 2, 4]),
    v(MIXED, 3, [0, 2, 4, 5]),
    v(MIXED, 3, [0, 4, 5]),
  ],
  '3-of-5-all-keys-rotated-with-intermediate-step': [
    v(FIVE, 3, [0, 2, 4]),
    v([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]),
    v([5, 6, 7, 8, 9], 3, [5, 6, 7]),
  ],
  '1-of-3-threshold-increase-to-2-of-3': [v([1, 2, 3], 1, [1]), v([1, 2, 3], 2, [1, 2])],
  '2-of-3-threshold-decrease-to-1-of-3': [v([1, 2, 3], 2, [1, 2]), v([1, 2, 3], 1, [1, 2]), v([1, 2, 3], 1, [1])],
  '1-of-2-threshold-increase-to-2-of-2': [v([1], 1, [1]), v([1, 2], 2, [1, 2])],
  '1-of-1-key-rotation-fail-not-signed-with-old-key': [v([1], 1, [1]), v([2], 1, [2, 3, 4], NEITHER)],
  '1-of-1-key-rotation-fail-not-signed-with-new-key': [v([1], 1, [1]), v([2], 1, [1, 3, 4], NEITHER)],
  '3-of-5-one-key-rotate-fails-not-signed-with-3-new-keys': [v(FIVE, 3, [0, 2, 4]), v(MIXED, 3, [0, 2, 4], NEITHER)],
  '3-of-5-one-key-rotate-fails-not-signed-with-3-old-keys': [v(FIVE, 3, [0, 2, 4]), v(MIXED, 3, [0, 4, 5], NEITHER)],
  '1-of-3-threshold-bump-to-2-of-3-fails-new-threshold-not-reached': [
    v([1, 2, 3], 1, [1]),
    v([1, 2, 3], 2, [2], NEITHER),
  ],
  '2-of-3-threshold-decr-to-1-of-3-fails-old-threshold-not-eached': [
    v([1, 2, 3], 2, [1, 2]),
    v([1, 2, 3], 1, [1], NEITHER),
  ],
}

const OTHER_ROTATIONS: Readonly<Record<string, Version>> = {
  '1-of-1-key-rotation': v([2], 1, [2]),
  '1-of-1-key-rotation-unused-signatures': v([1], 1, [3, 1, 4]),
  '1-of-1-key-rotation-fail-not-signed-with-new-key': v([2], 1, [1, 3, 4], NEITHER),
  '3-of-5-one-key-signature-wrong-not-signed-with-3-expected-keys': v(MIXED, 3, [0, 2, 4], NEITHER),
  '2-of-5-one-key-signature-mising-threshold-not-reached': v(MIXED, 3, [0, 4], NEITHER),
  '3-of-5-sign-first-combo': v(FIVE, 3, [0, 2, 4]),
  '3-of-5-sign-second-combo': v(FIVE, 3, [0, 4, 1]),
  '3-of-5-sign-third-combo': v(FIVE, 3, [0, 1, 3]),
  '3-of-5-sign-fourth-combo': v(FIVE, 3, [1, 2, 3]),
  '3-of-5-sign-fifth-combo': v(FIVE, 3, [2, 3, 4]),
}

const tenSigners = () => Array.from({ length: 10 }, newSigner)
const pick = <T>(all: readonly T[], numbers: readonly number[]): T[] => all.filter((_, at) => numbers.includes(at))

export const ROTATION_CASES: readonly ConformanceCase[] = [
  ...Object.entries(ROOT_ROTATIONS).map(([name, versions]): ConformanceCase => ({
    name: `test_root_rotation[${name}]`,
    prepare(repository) {
      const signers = tenSigners()
      repository.root.version = 0
      for (const { keys, threshold, sigs } of versions) {
        repository.setKeys('root', pick(signers, keys), threshold)
        repository.signers.root = pick(signers, sigs)
        repository.publishRoles('root')
      }
      return (repository.files.get('metadata/1.root.json') ?? Buffer.alloc(0)).toString()
    },
    async run(stage) {
      const refused = versions.at(-1)?.refused
      if (refused === undefined) await stage.accepts()
      else await stage.refuses(refused)
      await stage.trusts({ root: refused === undefined ? versions.length : versions.length - 1 })
      demand(versions.length > 1, true, 'a rotation')
    },
  })),
  ...Object.entries(OTHER_ROTATIONS).map(([name, { keys, threshold, sigs, refused }]): ConformanceCase => ({
    name: `test_non_root_rotations[${name}]`,
    async run(stage) {
      const { repository } = stage
      const signers = tenSigners()
      for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
        repository.setKeys(role, pick(signers, keys), threshold)
        repository.signers[role] = pick(signers, sigs)
        repository.publishRoles('root', 'targets', 'snapshot', 'timestamp')
        if (refused !== undefined) {
          await stage.refuses(refused)
          continue
        }
        await stage.accepts()
        await stage.trusts({ [role]: repository[role].version })
      }
    },
  })),
]
