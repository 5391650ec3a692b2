import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { extractFile, listPackage } from '@electron/asar'
import { getCurrentFuseWire } from '@electron/fuses'
import { packager } from '@electron/packager'
import { ZipFile } from 'yazl'
import { electronVersionIn, pack } from '../electron/packaging/pack.ts'
import { makeStandIn } from '../electron/packaging/testing/standIn.ts'
import { buildIfStale } from './build.ts'

/**
 * `npm run -s shell:pack-check`: builds the app and packs it with electron-builder on a stand-in for the Electron binary, then
 * reads back what came out. What needs the real binary is `npm run -s shell:check`.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'spira-pack-check-'))
const hasDpkg = existsSync('/usr/bin/dpkg-deb')
let failed = 0

function item(name: string, ok: boolean, detail = ''): void {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${detail === '' ? '' : `: ${detail}`}`)
  if (!ok) failed += 1
}

/** The stand-in as the download that packagers expect. @returns the folder it lies in. */
async function zipOf(electronDist: string, version: string): Promise<string> {
  const zips = join(folder, 'zips')
  mkdirSync(zips)
  const zip = new ZipFile()
  for (const entry of readdirSync(electronDist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) zip.addFile(path, relative(electronDist, path), { mode: statSync(path).mode })
  }
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(join(zips, `electron-v${version}-linux-x64.zip`)))
  return zips
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

try {
  for (const workspace of ['renderer', 'electron']) buildIfStale(root, workspace)
  const electronDist = join(folder, 'electron-dist')
  await makeStandIn(electronDist, electronVersionIn(root))
  const { files, artifacts, out } = await pack({
    root,
    folder,
    target: hasDpkg ? 'deb' : 'dir',
    maintainer: 'Pack check <root@localhost>',
    electronDist,
    signing: 'none',
    publisher: null,
    updateKey: null,
  })
  const unpacked = join(out, 'linux-unpacked')
  const archive = join(unpacked, 'resources/app.asar')
  const inside = new Set(listPackage(archive, { isPack: false }).map((path) => path.slice(1).replaceAll('\\', '/')))
  const differing = files.filter(
    ({ path, ...file }) =>
      path !== 'package.json' && (!inside.has(path) || sha256(extractFile(archive, path)) !== file.sha256),
  )
  item('app.asar holds the builds unchanged', differing.length === 0, `${files.length} files`)
  const bytes = readFileSync(archive)
  item('size of app.asar', bytes.length < 64 * 1024 * 1024, `${(bytes.length / 1024 / 1024).toFixed(1)} MiB`)
  item('no node_modules inside', ![...inside].some((path) => path.includes('node_modules')))
  item('no source maps inside', ![...inside].some((path) => path.endsWith('.map')))
  item('a model is bundled', inside.has('renderer/dist/models/bundled/model.onnx'))
  const main = extractFile(archive, 'electron/dist/main.js').toString()
  const foreign = [...main.matchAll(/^import .*?from ['"]([^'"]+)['"]/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('node:') && name !== 'electron' && !name.startsWith('./'))
  item('main.js imports Electron, Node and its own files alone', foreign.length === 0, foreign.join(', '))
  const wire = await getCurrentFuseWire(join(unpacked, 'spira-edge'))
  const states = Array.from({ length: 8 }, (_, index) => String.fromCharCode(Number(Reflect.get(wire, index)))).join('')
  item('fuses as configured, read back from the binary', states === '01001100', states)
  for (const name of ['LICENSE.txt', 'THIRD-PARTY-LICENCES.md', 'sbom.cdx.json', 'app-update.yml'])
    item(`${name} beside the app`, existsSync(join(unpacked, 'resources', name)))
  const [deb] = artifacts
  if (hasDpkg && deb !== undefined) {
    const listing = execFileSync('dpkg-deb', ['-c', deb], { encoding: 'utf8' })
    item(
      'the Debian package holds the app, its licences and its menu entry',
      ['opt/spira-edge/spira-edge', 'opt/spira-edge/resources/app.asar', 'applications/spira-edge.desktop'].every(
        (path) => listing.includes(`${path}\n`),
      ),
      `${basename(deb)}, ${listing.trim().split('\n').length} entries`,
    )
  } else console.log('skip the Debian package: dpkg-deb is not on this machine')

  // The other packer of the field takes the same staged folder: nothing of it hangs on electron-builder.
  const [other] = await packager({
    dir: join(folder, 'app'),
    out: join(folder, 'other'),
    name: 'spira-edge',
    platform: 'linux',
    arch: 'x64',
    electronVersion: electronVersionIn(root),
    electronZipDir: await zipOf(electronDist, electronVersionIn(root)),
    asar: true,
    prune: false,
    quiet: true,
  })
  const otherArchive = join(other ?? '', 'resources/app.asar')
  const missing = files.filter(
    ({ path, ...file }) => path !== 'package.json' && sha256(extractFile(otherArchive, path)) !== file.sha256,
  )
  item('@electron/packager packs the same files', missing.length === 0, `${files.length} files`)
} catch (error) {
  item('packing', false, error instanceof Error ? error.message : String(error))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(
  failed === 0 ? 'The packed app is as configured (on a stand-in for the Electron binary).' : `${failed} failed`,
)
process.exitCode = failed === 0 ? 0 : 1
