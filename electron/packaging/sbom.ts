import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { z } from 'zod'

/** The workspaces that are built into the desktop app. */
const SHIPPED_WORKSPACES = ['electron', 'renderer', 'shared'] as const

const bomSchema = z.looseObject({
  metadata: z.looseObject({ timestamp: z.string().optional(), component: z.looseObject({}) }),
  serialNumber: z.string().optional(),
  components: z.array(z.looseObject({ 'bom-ref': z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string() })),
})

/**
 * Software bill of materials of the desktop app (CycloneDX 1.5 JSON): what npm lists from package-lock.json for the workspaces
 * that ship, and Electron itself. The same lockfile gives the same bytes under one npm: the time and the random serial number
 * that npm puts in are replaced by a number made from the content.
 * @throws when npm cannot list the packages.
 */
export function sbomOf(root: string, electronVersion: string): string {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    [
      'sbom',
      '--sbom-format=cyclonedx',
      '--sbom-type=application',
      '--omit=dev',
      '--package-lock-only',
      '--loglevel=error',
      ...SHIPPED_WORKSPACES.flatMap((workspace) => ['-w', workspace]),
    ],
    { cwd: root, encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 64 * 1024 * 1024 },
  )
  if (status !== 0) throw new Error(`npm could not list the packages of the app: ${stderr.trim()}`)
  return withElectron(stdout, electronVersion)
}

/** @param text npm's bill of materials. */
function withElectron(text: string, electronVersion: string): string {
  const { serialNumber: _random, metadata, components, dependencies, ...rest } = bomSchema.parse(JSON.parse(text))
  const { timestamp: _time, ...stable } = metadata
  const electron = {
    'bom-ref': `electron@${electronVersion}`,
    type: 'framework',
    name: 'electron',
    version: electronVersion,
    purl: `pkg:npm/electron@${electronVersion}`,
    licenses: [{ license: { id: 'MIT' } }],
  }
  const bom = {
    ...rest,
    // npm names the product after the folder of the checkout.
    metadata: { ...stable, component: { ...stable.component, name: 'spira-edge' } },
    components: once([...components, electron], 'bom-ref'),
    dependencies: once([...dependencies, { ref: electron['bom-ref'], dependsOn: [] }], 'ref'),
  }
  return `${JSON.stringify({ ...bom, serialNumber: serialOf(JSON.stringify(bom)) }, null, 2)}\n`
}

/** Each once, sorted by its reference: npm lists a package for every workspace that has it, the schema wants it once. */
function once<K extends string, T extends Record<K, string>>(entries: readonly T[], key: K): T[] {
  const byReference = new Map<string, T>(entries.map((entry) => [entry[key], entry]))
  return [...byReference.keys()].sort().flatMap((reference) => byReference.get(reference) ?? [])
}

/** A UUID (version 8, RFC 9562: its bits are the author's own) made from the content. */
function serialOf(content: string): string {
  const hash = createHash('sha256').update(content).digest('hex')
  return `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
