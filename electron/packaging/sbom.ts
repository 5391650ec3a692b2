import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** The workspaces that are built into the desktop app. */
const SHIPPED_WORKSPACES = ['electron', 'renderer', 'shared'] as const

const entrySchema = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
})
type Entry = z.infer<typeof entrySchema>
const lockfileSchema = z.object({ version: z.string(), packages: z.record(z.string(), entrySchema) })

/**
 * Software bill of materials of the desktop app (CycloneDX 1.5 JSON): every package of package-lock.json that the shipped
 * workspaces need to run, and Electron itself. The same lockfile gives the same bytes: no time, and a serial number made from the
 * content. (`npm sbom --omit=dev` leaves out what one workspace ships and another only tests with, such as onnxruntime-web.)
 */
export function sbomOf(root: string, electronVersion: string): string {
  const { version, packages } = lockfileSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  const shipped = shippedOf(packages)
  const components = [...shipped].map(([path, entry]) => componentOf(nameOf(path), entry))
  const electron = componentOf('electron', { version: electronVersion, license: 'MIT', dependencies: {} })
  const content = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': `spira-edge@${version}`, name: 'spira-edge', version },
    },
    components: byReference([...components, { ...electron, type: 'framework' }]),
  }
  return `${JSON.stringify({ ...content, serialNumber: serialOf(JSON.stringify(content)) }, null, 2)}\n`
}

/** Paths in the lockfile of what the shipped workspaces depend on, and what that depends on. */
function shippedOf(packages: Readonly<Record<string, Entry>>): ReadonlyMap<string, Entry> {
  const shipped = new Map<string, Entry>()
  const add = (from: string, { dependencies }: Entry): void => {
    for (const name of Object.keys(dependencies)) {
      if (name.startsWith('@spira/')) continue
      const path = resolved(packages, from, name)
      const entry = packages[path]
      if (entry === undefined || shipped.has(path)) continue
      shipped.set(path, entry)
      add(path, entry)
    }
  }
  for (const workspace of SHIPPED_WORKSPACES) {
    const entry = packages[workspace]
    if (entry !== undefined) add(workspace, entry)
  }
  return shipped
}

/** Where Node finds `name` from a package: in the nearest node_modules on the way up. */
function resolved(packages: Readonly<Record<string, Entry>>, from: string, name: string): string {
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`
  if (path in packages || from === '') return path
  const up = from.lastIndexOf('/node_modules/')
  return resolved(packages, up === -1 ? '' : from.slice(0, up), name)
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

function componentOf(name: string, { version = '', license, integrity }: Entry) {
  const [algorithm, digest = ''] = integrity?.split('-', 2) ?? []
  return {
    type: 'library',
    'bom-ref': `${name}@${version}`,
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    ...(algorithm === 'sha512'
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
      : {}),
  }
}

/** Each once (a version may lie at several places), sorted by its reference. */
function byReference<T extends { readonly 'bom-ref': string }>(components: readonly T[]): T[] {
  const found = new Map(components.map((component) => [component['bom-ref'], component]))
  return [...found.keys()].toSorted().flatMap((reference) => found.get(reference) ?? [])
}

/** A UUID (version 8, RFC 9562: its bits are the author's own) made from the content. */
function serialOf(content: string): string {
  const hash = createHash('sha256').update(content).digest('hex')
  return `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
