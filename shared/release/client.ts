import { utf8 } from '../protocol/bytes.ts'
import { ReleaseError } from './errors.ts'
import type { ReleaseLimits } from './limits.ts'
import { ROLLOUTS, type ReleaseCustom, type Role, type Rollout } from './metadata.ts'
import { releasesIn, storedPath, type ReleaseTarget, type TargetFile } from './releaseTarget.ts'
import { refuseOtherFile, TrustedSet } from './trustedSet.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** Trusted metadata as its exact text, kept between refreshes. `root` must be there before the first: pinned at enrolment. */
export interface TrustedMetadataStore {
  read(role: Role): Promise<string | null>
  write(role: Role, text: string): Promise<void>
}

/**
 * Reads a file of the repository: `metadata/<file>` or `targets/<path>`. Must stop reading past `maxBytes` (`too_large`), and
 * tell a missing file (`not_found`) from a server that does not answer (`unreachable`), all as ReleaseError.
 */
export type FetchBytes = (path: string, maxBytes: number, resume?: Resume) => Promise<Bytes>

/** A download that goes on where an earlier one was broken off. The result is the whole file. */
export interface Resume {
  readonly have: Bytes
  /** Told of each piece as it comes, and where in the file it begins. */
  readonly keep: (start: number, part: Uint8Array) => Promise<void>
}

/** Where pieces of files wait between two attempts. */
export interface DownloadParts {
  read(sha256: string): Promise<Bytes>
  keep(sha256: string, start: number, part: Uint8Array): Promise<void>
  drop(sha256: string): Promise<void>
}

export interface ReleaseClientOptions {
  readonly fetchBytes: FetchBytes
  readonly trusted: TrustedMetadataStore
  readonly now: () => Date
  readonly limits: ReleaseLimits
  readonly channel: ReleaseCustom['channel']
  /** Absent: a download that breaks off starts over. */
  readonly parts?: DownloadParts
}

export interface ReleaseClient {
  /**
   * The client workflow of the TUF specification 1.0.33, section 5. What was verified is stored as it goes, so that a refused
   * file does not cost the protection the files before it gave.
   *
   * @throws ReleaseError; what `currentRelease` returned before stays.
   */
  refresh(): Promise<void>
  /** The newest release of the channel by the last refresh that succeeded; null before, and while none is released. */
  currentRelease(): ReleaseTarget | null
  /** All releases of the channel by the last refresh that succeeded, the newest first. */
  releases(): readonly ReleaseTarget[]
  /** Who takes which of them, by the same refresh; null when the repository does not say: then the newest is for all. */
  rollouts(): readonly Rollout[] | null
  /** Version of the timestamp at the last refresh that succeeded: grows whenever anything of the repository changes. */
  repositoryVersion(): number | null
  /** @throws ReleaseError when the bytes are not the signed ones. */
  download(file: TargetFile): Promise<Bytes>
}

export function createReleaseClient(options: ReleaseClientOptions): ReleaseClient {
  let set: TrustedSet | null = null
  let releases: readonly ReleaseTarget[] = []
  return {
    async refresh() {
      const next = await refresh(options)
      releases = next.targets === null ? [] : releasesIn(next.targets, options.channel)
      set = next
    },
    currentRelease: () => releases[0] ?? null,
    releases: () => releases,
    rollouts: () => set?.snapshot?.[ROLLOUTS] ?? null,
    repositoryVersion: () => set?.timestamp?.version ?? null,
    async download(file) {
      const { sha256, byteLength, path } = file
      const { parts } = options
      const resume =
        parts === undefined
          ? undefined
          : {
              have: await parts.read(sha256),
              keep: (start: number, part: Uint8Array) => parts.keep(sha256, start, part),
            }
      const bytes = await fetchCapped(options.fetchBytes, `targets/${storedPath(file)}`, byteLength, resume)
      // Whole or wrong: either way the pieces have served.
      await parts?.drop(sha256)
      await refuseOtherFile(path, bytes, { length: byteLength, hashes: { sha256 } })
      return bytes
    },
  }
}

async function refresh(options: ReleaseClientOptions): Promise<TrustedSet> {
  const { trusted } = options
  const root = await trusted.read('root')
  if (root === null) throw new ReleaseError('root_missing')
  const set = await TrustedSet.fromRoot(utf8(root), options.now())
  await updateRoot(set, options)
  await updateTimestamp(set, options)
  await updateSnapshot(set, options)
  await updateTargets(set, options)
  return set
}

/** 5.3. */
async function updateRoot(set: TrustedSet, { fetchBytes, trusted, limits }: ReleaseClientOptions): Promise<void> {
  const last = set.root.version + limits.maxRootRotations
  while (set.root.version < last) {
    const bytes = await fetchIfThere(fetchBytes, `metadata/${set.root.version + 1}.root.json`, limits.maxRootBytes)
    if (bytes === null) break
    await trusted.write('root', await set.addRoot(bytes))
  }
  set.finishRoot()
}

/** 5.4. */
async function updateTimestamp(set: TrustedSet, { fetchBytes, trusted, limits }: ReleaseClientOptions): Promise<void> {
  await offerStored(trusted, 'timestamp', (bytes) => set.addStoredTimestamp(bytes))
  const text = await set.addTimestamp(
    await fetchCapped(fetchBytes, 'metadata/timestamp.json', limits.maxTimestampBytes),
  )
  if (text !== null) await trusted.write('timestamp', text)
}

/** 5.5. */
async function updateSnapshot(set: TrustedSet, { fetchBytes, trusted, limits }: ReleaseClientOptions): Promise<void> {
  if ((await offerStored(trusted, 'snapshot', (bytes) => set.addStoredSnapshot(bytes))) === 'current') return
  const { version, length } = set.announcedSnapshot()
  const maxBytes = Math.min(length ?? limits.maxSnapshotBytes, limits.maxSnapshotBytes)
  await trusted.write(
    'snapshot',
    await set.addSnapshot(await fetchCapped(fetchBytes, `metadata/${version}.snapshot.json`, maxBytes)),
  )
}

/** 5.6. */
async function updateTargets(set: TrustedSet, { fetchBytes, trusted, limits }: ReleaseClientOptions): Promise<void> {
  if ((await offerStored(trusted, 'targets', (bytes) => set.addTargets(bytes))) !== null) return
  const { version, length } = set.announcedTargets()
  const maxBytes = Math.min(length ?? limits.maxTargetsBytes, limits.maxTargetsBytes)
  await trusted.write(
    'targets',
    await set.addTargets(await fetchCapped(fetchBytes, `metadata/${version}.targets.json`, maxBytes)),
  )
}

/** A stored file that no longer counts (its key was rotated away, it expired, it is damaged) is passed over and replaced. */
async function offerStored<T>(
  trusted: TrustedMetadataStore,
  role: Role,
  add: (bytes: Bytes) => Promise<T>,
): Promise<T | null> {
  const text = await trusted.read(role)
  if (text === null) return null
  try {
    return await add(utf8(text))
  } catch (error) {
    if (error instanceof ReleaseError) return null
    throw error
  }
}

async function fetchCapped(fetchBytes: FetchBytes, path: string, maxBytes: number, resume?: Resume): Promise<Bytes> {
  const bytes = await fetchBytes(path, maxBytes, resume)
  if (bytes.length > maxBytes) throw new ReleaseError('too_large', { path, limit: maxBytes })
  return bytes
}

async function fetchIfThere(fetchBytes: FetchBytes, path: string, maxBytes: number): Promise<Bytes | null> {
  try {
    return await fetchCapped(fetchBytes, path, maxBytes)
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'not_found') return null
    throw error
  }
}
