import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A file of the packed app: its path in app.asar and the SHA-256 of its content. */
export interface ShippedFile {
  readonly path: string
  readonly sha256: string
}

export interface StageInput {
  /** Root of the project, with electron/dist and renderer/dist built. */
  readonly root: string
  /** Emptied and filled. */
  readonly folder: string
  readonly version: string
  /** Software bill of materials (CycloneDX), as it is shipped. */
  readonly sbom: string
  /** Public key that app updates must be signed with (PEM), or null: this build never updates itself. */
  readonly updateKey: string | null
}

/** Everything that may be in the app. A build that brings another kind of file stops here, until someone has decided. */
const ALLOWED = [
  /^package\.json$/,
  /^LICENSE$/,
  /^THIRD-PARTY-LICENCES\.md$/,
  /^sbom\.cdx\.json$/,
  /^update-key\.pem$/,
  /^electron\/dist\/[\w.-]+\.(js|cjs|mjs)$/,
  /^renderer\/dist\/(index\.html|manifest\.webmanifest|sw\.js|workbox-\w+\.js|icon[\w-]*\.(png|svg))$/,
  /^renderer\/dist\/assets\/[\w.-]+\.(js|mjs|css|wasm|onnx|woff2|svg|png)$/,
  /^renderer\/dist\/models\/[\w./-]+\.(json|onnx)$/,
] as const

/**
 * Lays the app out as it is packed: both builds at the same relative places as in the project, so that the main process finds
 * the renderer the same way in both. No node_modules: the builds hold what they need.
 * @returns the files, sorted by path. @throws when a build is missing or holds a file that does not belong in the app.
 */
export async function stageApp({
  root,
  folder,
  version,
  sbom,
  updateKey,
}: StageInput): Promise<readonly ShippedFile[]> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const build of ['electron/dist', 'renderer/dist']) {
    const from = join(root, build)
    await cp(from, join(folder, build), { recursive: true, filter: (path) => !path.endsWith('.built') }).catch(() => {
      throw new Error(`${build} is missing: run "npm run build" first.`)
    })
  }
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  await cp(join(root, 'docs/THIRD-PARTY-LICENCES.md'), join(folder, 'THIRD-PARTY-LICENCES.md'))
  await writeFile(join(folder, 'sbom.cdx.json'), sbom)
  if (updateKey !== null) await writeFile(join(folder, 'update-key.pem'), updateKey)
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(appPackage(version), null, 2)}\n`)

  const files = await listFiles(folder)
  const foreign = files.filter(({ path }) => !ALLOWED.some((pattern) => pattern.test(path)))
  if (foreign.length > 0)
    throw new Error(`These files do not belong in the app: ${foreign.map(({ path }) => path).join(', ')}.`)
  for (const needed of ['electron/dist/main.js', 'renderer/dist/index.html'])
    if (!files.some(({ path }) => path === needed))
      throw new Error(`${dirname(needed)} is incomplete (no ${needed}): run "npm run build" first.`)
  return files
}

/** package.json of the packed app: what Electron and the installers read, nothing else. */
const appPackage = (version: string) => ({
  name: 'spira-edge',
  productName: 'Spira Edge',
  version,
  description: 'Offline speech screening at the bedside',
  license: 'Apache-2.0',
  type: 'module',
  main: 'electron/dist/main.js',
  author: 'The Spira Edge authors',
})

/** Every file under `folder`, sorted by path, with its hash. */
async function listFiles(folder: string): Promise<readonly ShippedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
  return Promise.all(
    paths.map(async (path) => ({
      path,
      sha256: createHash('sha256')
        .update(await readFile(join(folder, path)))
        .digest('hex'),
    })),
  )
}
