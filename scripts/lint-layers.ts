import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Holds the layer table (scripts/layers.json): every import of every source file is looked up in it. */

interface Layer {
  readonly folder: string
  /** Packages of the project it may import. */
  readonly imports: readonly string[]
  /** Packages of the project it may import types of. */
  readonly types?: readonly string[]
  /** The only outside modules allowed. */
  readonly platform?: readonly string[]
  /** Outside modules not allowed. */
  readonly forbidden?: readonly string[]
}

export interface Violation {
  readonly file: string
  readonly specifier: string
  readonly reason: string
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { layers } = JSON.parse(readFileSync(join(root, 'scripts/layers.json'), 'utf8')) as { layers: readonly Layer[] }
const packageFolders: Record<string, string> = {
  '@spira/shared': 'shared',
  '@spira/renderer': 'renderer',
  '@spira/console': 'apps/console',
  '@spira/simulator': 'apps/simulator',
  '@spira/training-server': 'training-server',
  '@spira/electron': 'electron',
}

// `import x from 'y'`, `export … from 'y'`, `import 'y'`, `import('y')`, `new URL('y', import.meta.url)` need no parser to be found.
const importPattern =
  /^\s*(?:import|export)\s+(type\s)?[^'"`;]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

const matches = (pattern: string, specifier: string): boolean =>
  pattern.endsWith('*')
    ? specifier.startsWith(pattern.slice(0, -1))
    : specifier === pattern || specifier.startsWith(`${pattern}/`)

const layerOf = (path: string): Layer | undefined =>
  layers
    .filter(({ folder }) => path === folder || path.startsWith(`${folder}/`))
    .sort((a, b) => b.folder.length - a.folder.length)[0]

/** Every import in `source` (at `file`, relative to the root) that the table does not allow. */
export function violationsIn(file: string, source: string): Violation[] {
  const layer = layerOf(file)
  if (layer === undefined) return []
  const isTest = /\.test\.tsx?$|\/testing\//.test(file) || file.endsWith('.config.ts')
  const found: Violation[] = []
  for (const [, typeOnly, from, bare, dynamic] of source.matchAll(importPattern)) {
    const specifier = from ?? bare ?? dynamic ?? ''
    const target = projectFolder(file, specifier)
    if (target !== null) {
      const owner = layerOf(target)?.folder ?? target
      const allowed = [layer.folder, ...layer.imports, ...(typeOnly === undefined ? [] : (layer.types ?? []))]
      if (!allowed.includes(owner)) found.push({ file, specifier, reason: `${layer.folder} may not import ${owner}` })
    } else if (!isTest) {
      if (layer.platform !== undefined && !layer.platform.some((pattern) => matches(pattern, specifier)))
        found.push({ file, specifier, reason: `${layer.folder} may only import ${layer.platform.join(', ')}` })
      if (layer.forbidden?.some((pattern) => matches(pattern, specifier)) === true)
        found.push({ file, specifier, reason: `${layer.folder} may not import it` })
    }
  }
  return found
}

/** Folder inside the project that `specifier` leads to, or null for an outside module. */
function projectFolder(file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(file), specifier)).replaceAll('\\', '/')
  const name = Object.keys(packageFolders).find((each) => specifier === each || specifier.startsWith(`${each}/`))
  return name === undefined ? null : specifier.replace(name, packageFolders[name] ?? name)
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* sources(path)
    else if (/\.tsx?$/.test(entry.name)) yield path
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tops = ['shared', 'renderer', 'apps', 'training-server', 'electron']
  const found = tops
    .flatMap((top) => [...sources(top)])
    .flatMap((file) => violationsIn(file, readFileSync(join(root, file), 'utf8')))
  for (const { file, specifier, reason } of found) console.error(`${file}: import of '${specifier}': ${reason}.`)
  process.exitCode = found.length === 0 ? 0 : 1
}
