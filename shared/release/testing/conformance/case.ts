import type { Role } from '../../metadata.ts'
import type { TufRepository } from '../tufRepository.ts'

/**
 * The cases of the TUF conformance suite (github.com/theupdateframework/tuf-conformance, commit eec841c), ported to a client that
 * reads four top-level roles, Ed25519 and SHA-256. Each runs by name on three clients: ours in Node, ours in Chromium on its own
 * WebCrypto, and tuf-js.
 *
 * Not ported, because this client has no such thing: delegated targets (test_updater_delegation_graphs, test_quoting_issues), RSA
 * and ECDSA keys, SHA-512 alone, inconsistent snapshots, the two static repositories of others (ECDSA), and the artifact cache.
 */
export interface ConformanceClient {
  /** 'accepted', or why not: a code of ReleaseError, or any text where the client has no such codes. */
  refresh(at?: Date): Promise<string>
  /** Fetches the newest release's network file after a refresh. */
  download(): Promise<string>
  /** What is trusted now, as its exact text; null while nothing is. */
  trusted(role: Role): Promise<string | null>
}

export interface ConformanceCase {
  /** As the suite names it: function, and parameters in brackets. */
  readonly name: string
  /** What the client must have pinned before; the repository's first root when absent. */
  readonly prepare?: (repository: TufRepository) => string
  run(stage: Stage): Promise<void>
  /** tuf-js decides otherwise, and why ours is stricter. */
  readonly stricterThanTufJs?: string
}

/** One case on one client: it acts on the repository and demands what the client must say. */
export class Stage {
  readonly repository: TufRepository
  readonly #client: ConformanceClient
  readonly #codes: 'ours' | 'its own'

  constructor(repository: TufRepository, client: ConformanceClient, codes: 'ours' | 'its own') {
    this.repository = repository
    this.#client = client
    this.#codes = codes
  }

  async accepts(at?: Date): Promise<void> {
    demand(await this.#client.refresh(at), 'accepted')
  }

  async refuses(code: RegExp, at?: Date): Promise<void> {
    this.#refused(await this.#client.refresh(at), code)
  }

  async downloads(): Promise<void> {
    demand(await this.#client.download(), 'accepted')
  }

  async refusesDownload(code: RegExp): Promise<void> {
    this.#refused(await this.#client.download(), code)
  }

  /** The versions trusted now; null where nothing may be. */
  async trusts(expected: Partial<Record<Role, number | null>>): Promise<void> {
    for (const role of Object.keys(expected) as Role[]) {
      const text = await this.#client.trusted(role)
      const version = text === null ? null : (JSON.parse(text) as { signed: { version: number } }).signed.version
      demand(version, expected[role], role)
    }
  }

  /** What is kept is the repository's text, byte for byte. */
  async keeps(role: Role, path: string): Promise<void> {
    demand(await this.#client.trusted(role), this.repository.files.get(path)?.toString(), role)
  }

  trustedText(role: Role): Promise<string | null> {
    return this.#client.trusted(role)
  }

  #refused(outcome: string, code: RegExp): void {
    if (outcome === 'accepted') throw new Error(`accepted what must be refused with ${code.source}`)
    if (this.#codes === 'ours' && !code.test(outcome)) throw new Error(`refused with ${outcome}, not ${code.source}`)
  }
}

export function demand(got: unknown, expected: unknown, what = 'outcome'): void {
  if (got !== expected) throw new Error(`${what} is ${String(got)}, expected ${String(expected)}`)
}
