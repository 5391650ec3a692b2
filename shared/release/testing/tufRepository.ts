import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Key, Metadata, MetaFile, Root, Signature, Snapshot, TargetFile, Targets, Timestamp } from '@tufjs/models'
import type { Role } from '../metadata.ts'

/**
 * A TUF repository for tests, written by @tufjs/models and so by other code than ours. Everything of it can be bent: signed
 * parts are plain objects, each role's signers can be swapped, and `files` is what the HTTP server hands out.
 */

export interface Signer {
  readonly key: Key
  sign(bytes: Buffer): Signature
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()

export function newSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const hex = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')
  const keyID = sha256(Buffer.from(hex))
  const key = new Key({ keyID, keyType: 'ed25519', scheme: 'ed25519', keyVal: { public: hex } })
  return { key, sign: (bytes) => new Signature({ keyID, sig: sign(null, bytes, privateKey).toString('hex') }) }
}

/** The same private key under another key id. */
export function aliasOf(signer: Signer, keyID: string): Signer {
  const { keyType, scheme, keyVal } = signer.key
  return {
    key: new Key({ keyID, keyType, scheme, keyVal }),
    sign: (bytes) => new Signature({ keyID, sig: signer.sign(bytes).sig }),
  }
}

export interface TufJson {
  signatures: { keyid: string; sig: string }[]
  signed: Record<string, unknown>
}

/** The models' fields without `readonly`. */
type Bent<T> = { -readonly [Field in keyof T]: T[Field] }

export class TufRepository {
  readonly files = new Map<string, Buffer>()
  /** Paths asked for, in order. */
  readonly requests: string[] = []
  /** The last Range header of each path. */
  readonly ranges = new Map<string, string>()
  /** Paths that never stop sending. */
  readonly endless = new Set<string>()
  readonly signers: Record<Role, Signer[]>
  /** Whether a file announces length and SHA-256 of the one below it; the specification leaves that open. */
  metaHashes = true
  root: Bent<Root>
  targets: Bent<Targets> = new Targets({ version: 0, specVersion: '1.0.31', expires: inDays(90) })
  snapshot: Bent<Snapshot> = new Snapshot({ version: 0, specVersion: '1.0.31', expires: inDays(30) })
  timestamp: Bent<Timestamp> = new Timestamp({ version: 0, specVersion: '1.0.31', expires: inDays(7) })

  constructor() {
    this.signers = { root: [newSigner()], timestamp: [newSigner()], snapshot: [newSigner()], targets: [newSigner()] }
    this.root = new Root({ version: 0, specVersion: '1.0.31', expires: inDays(365), consistentSnapshot: true })
    this.publishRoot()
    this.publish()
  }

  /** The next root, naming the present signers (threshold 1 unless told). Signed by them and, for the chain, by `previous`. */
  publishRoot(thresholds: Partial<Record<Role, number>> = {}, previous: readonly Signer[] = []): void {
    const { version, expires } = this.root
    this.root = new Root({ version: version + 1, specVersion: '1.0.31', expires, consistentSnapshot: true })
    for (const role of ['root', 'timestamp', 'snapshot', 'targets'] as const) {
      Object.assign(this.root.roles[role] ?? {}, { threshold: thresholds[role] ?? 1 })
      for (const { key } of this.signers[role]) this.root.addKey(key, role)
    }
    this.writeRoot(previous)
  }

  /** Writes the present root, however it was bent. */
  writeRoot(previous: readonly Signer[] = []): void {
    this.files.set(`metadata/${this.root.version}.root.json`, signed(this.root, [...previous, ...this.signers.root]))
  }

  /** New versions of targets, snapshot and timestamp. */
  publish(): void {
    this.publishRoles('targets', 'snapshot', 'timestamp')
  }

  /** The next version of each role, in the order given, however it was bent. */
  publishRoles(...roles: readonly Role[]): void {
    for (const role of roles) {
      this[role].version += 1
      if (role === 'root') this.writeRoot()
      else if (role === 'targets') this.writeTargets()
      else if (role === 'snapshot') this.writeSnapshot()
      else this.writeTimestamp()
    }
  }

  /** The root's entry for a role, from the next root on: which keys count, and how many of them must sign. */
  setKeys(role: Role, keys: readonly Signer[], threshold: number): void {
    const entry = this.root.roles[role]
    if (entry === undefined) throw new TypeError(`the root has no role ${role}`)
    entry.keyIDs.length = 0
    Object.assign(entry, { threshold })
    for (const { key } of keys) this.root.addKey(key, role)
  }

  /** A new key in the place of the old one, which signs no more. */
  rotateKeys(role: Role): void {
    this.signers[role] = [newSigner()]
    this.setKeys(role, this.signers[role], 1)
  }

  /** Whatever stands in a file's JSON, changed after it was signed. */
  rewrite(path: string, change: (json: TufJson) => void): void {
    const json = JSON.parse((this.files.get(path) ?? Buffer.alloc(0)).toString()) as TufJson
    change(json)
    this.files.set(path, Buffer.from(JSON.stringify(json)))
  }

  writeTargets(): void {
    const bytes = signed(this.targets, this.signers.targets)
    this.files.set(`metadata/${this.targets.version}.targets.json`, bytes)
    this.snapshot.meta['targets.json'] = this.#metaFile(this.targets.version, bytes)
  }

  writeSnapshot(): void {
    const bytes = signed(this.snapshot, this.signers.snapshot)
    this.files.set(`metadata/${this.snapshot.version}.snapshot.json`, bytes)
    this.timestamp.snapshotMeta = this.#metaFile(this.snapshot.version, bytes)
  }

  writeTimestamp(): void {
    this.files.set('metadata/timestamp.json', signed(this.timestamp, this.signers.timestamp))
  }

  addTarget(path: string, bytes: Buffer, custom?: Record<string, string | number>): void {
    const hash = sha256(bytes)
    const slash = path.lastIndexOf('/') + 1
    this.files.set(`targets/${path.slice(0, slash)}${hash}.${path.slice(slash)}`, bytes)
    const unrecognizedFields = custom === undefined ? {} : { custom }
    this.targets.addTarget(new TargetFile({ path, length: bytes.length, hashes: { sha256: hash }, unrecognizedFields }))
  }

  /** The three targets of a release; `publish` comes after. */
  addRelease(release: {
    sequence: number
    modelId: string
    version: number
    files: Record<'manifest' | 'onnx' | 'golden', Buffer>
  }): void {
    const { sequence, modelId, version, files } = release
    this.addTarget(`models/${modelId}/manifest.json`, files.manifest, { sequence, modelId, version, channel: 'stable' })
    this.addTarget(`models/${modelId}/model.onnx`, files.onnx)
    this.addTarget(`models/${modelId}/golden.json`, files.golden)
  }

  /** One request, answered as the server does. */
  answer(path: string, response: ServerResponse, headers: OutgoingHttpHeaders = {}): void {
    this.requests.push(path)
    const bytes = this.files.get(path)
    if (!this.endless.has(path)) {
      response.writeHead(bytes === undefined ? 404 : 200, headers)
      response.end(bytes)
      return
    }
    response.writeHead(200, headers)
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20)));
    }
    response.on('drain', more)
    more()
  }

  #metaFile(version: number, bytes: Buffer): MetaFile {
    return new MetaFile({
      version,
      ...(this.metaHashes ? { length: bytes.length, hashes: { sha256: sha256(bytes) } } : {}),
    })
  }

  /** Serves `files` on a free port of 127.0.0.1. */
  async serve(endless: ReadonlySet<string> = this.endless): Promise<{ url: string; close: () => Promise<void> }> {
    for (const path of endless) this.endless.add(path)
    const server = createServer((request, response) => {
      const path = decodeURIComponent((request.url ?? '').slice(1))
      const { range } = request.headers
      const bytes = this.files.get(path)
      if (range === undefined || bytes === undefined) {
        this.answer(path, response)
        return
      }
      this.ranges.set(path, range)
      response.writeHead(206).end(bytes.subarray(Number(/\d+/.exec(range)?.[0])))
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const { port } = server.address() as AddressInfo
    return {
      url: `http://127.0.0.1:${port}`,
      close: () =>
        new Promise((closed) => {
          server.close(() => closed())
          server.closeAllConnections()
        }),
    }
  }
}

function signed(part: Root | Targets | Snapshot | Timestamp, signers: readonly Signer[]): Buffer {
  const metadata = new Metadata(part)
  for (const signer of signers) metadata.sign((bytes) => signer.sign(bytes))
  return Buffer.from(JSON.stringify(metadata.toJSON()))
}
