import { sha256Hex } from '../protocol/bytes.ts'
import { ReleaseError } from './errors.ts'
import {
  parseMetadata,
  rootSchema,
  snapshotSchema,
  targetsSchema,
  timestampSchema,
  type MetaFile,
  type Metadata,
  type Role,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp,
} from './metadata.ts'
import { verifySignatures } from './signatures.ts'

type Bytes = Uint8Array<ArrayBuffer>

/**
 * The metadata trusted so far in one refresh, and the rules by which a further file joins it (TUF specification 1.0.33,
 * section 5). No input or output: bytes come in, a trusted file or a ReleaseError comes out. Files must be given in the
 * order of the client workflow: roots, stored timestamp, new timestamp, stored snapshot, new snapshot, targets.
 */
export class TrustedSet {
  readonly #now: Date
  #root: Metadata<Root>
  #timestamp: Metadata<Timestamp> | null = null
  #snapshot: Metadata<Snapshot> | null = null
  #targets: Metadata<Targets> | null = null

  private constructor(root: Metadata<Root>, now: Date) {
    this.#root = root
    this.#now = now
  }

  /** 5.2: starts from the stored root. It may have expired: only the last of the chain must not. `now` holds for the whole refresh (5.1). */
  static async fromRoot(bytes: Bytes, now: Date): Promise<TrustedSet> {
    const root = parseMetadata('root', rootSchema, bytes)
    await verifySignatures('root', root, root.signed)
    return new TrustedSet(root, now)
  }

  get root(): Root {
    return this.#root.signed
  }
  get timestamp(): Timestamp | null {
    return this.#timestamp?.signed ?? null
  }
  get snapshot(): Snapshot | null {
    return this.#snapshot?.signed ?? null
  }
  get targets(): Targets | null {
    return this.#targets?.signed ?? null
  }

  /** 5.3.4 to 5.3.8: the next root, signed by a threshold of the old root's keys and by a threshold of its own. */
  async addRoot(bytes: Bytes): Promise<string> {
    const next = parseMetadata('root', rootSchema, bytes)
    await verifySignatures('root', next, this.root)
    await verifySignatures('root', next, next.signed)
    const needed = this.root.version + 1
    const got = next.signed.version
    if (got < needed) throw new ReleaseError('version_rollback', { role: 'root', got, known: this.root.version })
    if (got > needed) throw new ReleaseError('version_mismatch', { role: 'root', got, needed })
    this.#root = next
    return next.text
  }

  /** 5.3.10: no further root is to come, the last one must be in force. */
  finishRoot(): void {
    this.#refuseExpired('root', this.root)
  }

  /**
   * A stored timestamp: it may have expired and still guards against rollback. One that the current root's keys did not sign
   * is dropped: that is how a repository recovers when a stolen key had raised the version (5.3.11).
   */
  async addStoredTimestamp(bytes: Bytes): Promise<void> {
    const stored = parseMetadata('timestamp', timestampSchema, bytes)
    await verifySignatures('timestamp', stored, this.root)
    this.#timestamp = stored
  }

  /** 5.4.2 to 5.4.4. @returns its text to store, or null when it is the version already stored. */
  async addTimestamp(bytes: Bytes): Promise<string | null> {
    const next = parseMetadata('timestamp', timestampSchema, bytes)
    await verifySignatures('timestamp', next, this.root)
    const known = this.#timestamp?.signed
    if (known !== undefined) {
      refuseOlder('timestamp', next.signed.version, known.version)
      if (next.signed.version === known.version) {
        this.#refuseExpired('timestamp', known)
        return null
      }
      refuseOlder('snapshot', next.signed.meta['snapshot.json'].version, known.meta['snapshot.json'].version)
    }
    this.#refuseExpired('timestamp', next.signed)
    this.#timestamp = next
    return next.text
  }

  /** A stored snapshot guards against rollback whether or not it is the one the timestamp names. */
  async addStoredSnapshot(bytes: Bytes): Promise<'current' | 'older'> {
    const stored = parseMetadata('snapshot', snapshotSchema, bytes)
    await verifySignatures('snapshot', stored, this.root)
    this.#snapshot = stored
    const announced = this.announcedSnapshot()
    if (stored.signed.version !== announced.version || !(await matches(bytes, announced))) return 'older'
    this.#refuseExpired('snapshot', stored.signed)
    return 'current'
  }

  /** 5.5.2 to 5.5.6. */
  async addSnapshot(bytes: Bytes): Promise<string> {
    const announced = this.announcedSnapshot()
    await refuseOtherFile('snapshot.json', bytes, announced)
    const next = parseMetadata('snapshot', snapshotSchema, bytes)
    await verifySignatures('snapshot', next, this.root)
    refuseOtherVersion('snapshot', next.signed.version, announced.version)
    for (const [path, { version }] of Object.entries(this.snapshot?.meta ?? {})) {
      const offered = next.signed.meta[path]
      if (offered === undefined)
        throw new ReleaseError('metadata_invalid', { role: 'snapshot', detail: `${path} is gone` })
      if (path === 'targets.json') refuseOlder('targets', offered.version, version)
      else refuseOlder('snapshot', offered.version, version)
    }
    this.#refuseExpired('snapshot', next.signed)
    this.#snapshot = next
    return next.text
  }

  /** 5.6.2 to 5.6.5, for a stored and for a downloaded file alike. */
  async addTargets(bytes: Bytes): Promise<string> {
    const announced = this.announcedTargets()
    await refuseOtherFile('targets.json', bytes, announced)
    const next = parseMetadata('targets', targetsSchema, bytes)
    await verifySignatures('targets', next, this.root)
    refuseOtherVersion('targets', next.signed.version, announced.version)
    this.#refuseExpired('targets', next.signed)
    this.#targets = next
    return next.text
  }

  announcedTargets(): MetaFile {
    const announced = this.snapshot?.meta['targets.json']
    if (announced === undefined) {
      throw new ReleaseError('metadata_invalid', { role: 'snapshot', detail: 'targets.json is not named' })
    }
    return announced
  }

  announcedSnapshot(): MetaFile {
    if (this.timestamp === null) throw new TypeError('the timestamp comes before the snapshot')
    return this.timestamp.meta['snapshot.json']
  }

  #refuseExpired(role: Role, { expires }: { readonly expires: string }): void {
    if (this.#now.getTime() >= Date.parse(expires)) throw new ReleaseError('metadata_expired', { role, expires })
  }
}

function refuseOlder(role: Role, got: number, known: number): void {
  if (got < known) throw new ReleaseError('version_rollback', { role, got, known })
}

function refuseOtherVersion(role: Role, got: number, needed: number): void {
  if (got !== needed) throw new ReleaseError('version_mismatch', { role, got, needed })
}

/** @throws ReleaseError `length_mismatch` or `hash_mismatch` when these are not the bytes that were announced. */
export async function refuseOtherFile(
  path: string,
  bytes: Bytes,
  announced: Pick<MetaFile, 'length' | 'hashes'>,
): Promise<void> {
  if (announced.length !== undefined && bytes.length !== announced.length) {
    throw new ReleaseError('length_mismatch', { path, got: bytes.length, needed: announced.length })
  }
  if (announced.hashes !== undefined && (await sha256Hex(bytes)) !== announced.hashes.sha256) {
    throw new ReleaseError('hash_mismatch', { path })
  }
}

async function matches(bytes: Bytes, announced: MetaFile): Promise<boolean> {
  try {
    await refuseOtherFile('snapshot.json', bytes, announced)
    return true
  } catch (error) {
    if (error instanceof ReleaseError) return false
    throw error
  }
}
