import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
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

/** The models' fields without `readonly`. */
type Bent<T> = { -readonly [Field in keyof T]: T[Field] }

export class TufRepository {
  readonly files = new Map<string, Buffer>()
  readonly signers: Record<Role, Signer[]>
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
    this.targets.version += 1
    this.writeTargets()
    this.snapshot.version += 1
    this.writeSnapshot()
    this.timestamp.version += 1
    this.writeTimestamp()
  }

  writeTargets(): void {
    const bytes = signed(this.targets, this.signers.targets)
    this.files.set(`metadata/${this.targets.version}.targets.json`, bytes)
    this.snapshot.meta['targets.json'] = metaFile(this.targets.version, bytes)
  }

  writeSnapshot(): void {
    const bytes = signed(this.snapshot, this.signers.snapshot)
    this.files.set(`metadata/${this.snapshot.version}.snapshot.json`, bytes)
    this.timestamp.snapshotMeta = metaFile(this.snapshot.version, bytes)
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

  /** Serves `files` on a free port of 127.0.0.1. A path in `endless` never stops sending. */
  async serve(endless: ReadonlySet<string> = new Set()): Promise<{ url: string; close: () => Promise<void> }> {
    const server = createServer((request, response) => {
      const path = decodeURIComponent((request.url ?? '').slice(1))
      if (endless.has(path)) {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20)));
        }
        response.on('drain', more)
        more()
        return
      }
      const bytes = this.files.get(path)
      response.statusCode = bytes === undefined ? 404 : 200
      response.end(bytes)
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

const metaFile = (version: number, bytes: Buffer): MetaFile =>
  new MetaFile({ version, length: bytes.length, hashes: { sha256: sha256(bytes) } })
