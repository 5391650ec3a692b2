import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { mkdir, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { extractFile, listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { Ajv } from 'ajv'
import { build } from 'electron-builder'
import { beforeAll, describe, expect, it } from 'vitest'
import { builderConfig } from './builderConfig.ts'
import { sbomOf } from './sbom.ts'
import { type ShippedFile, stageApp } from './stage.ts'
import { makeStandIn } from './testing/standIn.ts'

const packaging = import.meta.dirname
const root = join(packaging, '../..')
const ELECTRON = '45.4.1'
const load = createRequire(import.meta.url)
/** The states of a fuse as they stand in the binary: the characters `1` and `0`. */
const [ENABLE, DISABLE] = [0x31, 0x30]

/** A project with two small builds: the real ones are packed by `npm run -s shell:pack-check`. */
async function smallProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spira-pack-'))
  const files = {
    LICENSE: 'Apache-2.0',
    'docs/THIRD-PARTY-LICENCES.md': '# Licences',
    'electron/dist/main.js': 'export {}',
    'electron/dist/preload.cjs': '',
    'electron/dist/.built': '',
    'renderer/dist/index.html': '<!doctype html>',
    'renderer/dist/assets/index-1a2B.js': 'export {}',
    'renderer/dist/models/bundled/manifest.json': '{}',
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}

const stage = (project: string): Promise<readonly ShippedFile[]> =>
  stageApp({ root: project, folder: join(project, 'app'), version: '1.2.3', sbom: '{}\n', updateKey: 'KEY' })

const configOf = (project: string, signing: 'required' | 'none' = 'none') =>
  builderConfig({
    packaging,
    app: join(project, 'app'),
    output: join(project, 'out'),
    electronVersion: ELECTRON,
    electronDist: join(project, 'electron-dist'),
    signing,
    publisher: 'The Publisher',
  })

const sha256Of = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

describe('what is shipped', () => {
  it('is exactly the two builds, the licences, the bill of materials, the update key and package.json', async () => {
    const files = await stage(await smallProject())
    expect(files.map(({ path }) => path)).toEqual([
      'LICENSE',
      'THIRD-PARTY-LICENCES.md',
      'electron/dist/main.js',
      'electron/dist/preload.cjs',
      'package.json',
      'renderer/dist/assets/index-1a2B.js',
      'renderer/dist/index.html',
      'renderer/dist/models/bundled/manifest.json',
      'sbom.cdx.json',
      'update-key.pem',
    ])
  })

  it('is the same, byte for byte, from the same builds', async () => {
    const [first, second] = [await stage(await smallProject()), await stage(await smallProject())]
    expect(second).toEqual(first)
  })

  it.each([
    'electron/dist/main.js.map',
    'renderer/dist/.env',
    'renderer/dist/assets/notes.txt',
    'electron/dist/key.pem',
  ])('never holds %s', async (path) => {
    const project = await smallProject()
    await writeFile(join(project, path), 'x')
    await expect(stage(project)).rejects.toThrow(`do not belong in the app: ${path}`)
  })

  it('is not made from a missing build', async () => {
    const project = await mkdtemp(join(tmpdir(), 'spira-pack-'))
    await expect(stage(project)).rejects.toThrow('electron/dist is missing: run "npm run build" first.')
  })
})

describe('the packed app (electron-builder, on a stand-in for the Electron binary)', () => {
  let project: string
  let staged: readonly ShippedFile[]
  const unpacked = (...path: string[]): string => join(project, 'out/linux-unpacked', ...path)

  beforeAll(async () => {
    project = await smallProject()
    staged = await stage(project)
    await makeStandIn(join(project, 'electron-dist'), ELECTRON)
    await build({ projectDir: root, config: configOf(project), linux: ['dir'], publish: 'never' })
  }, 300_000)

  it('has in app.asar what was staged, nothing else, unchanged', () => {
    const archive = unpacked('resources/app.asar')
    const inside = listPackage(archive, { isPack: false }).map((path) => path.slice(1).replaceAll('\\', '/'))
    const folders = new Set(inside.filter((path) => inside.some((other) => other.startsWith(`${path}/`))))
    expect(inside.filter((path) => !folders.has(path)).sort()).toEqual(staged.map(({ path }) => path))
    for (const { path, sha256 } of staged)
      if (path !== 'package.json')
        expect(createHash('sha256').update(extractFile(archive, path)).digest('hex'), path).toBe(sha256)
    expect(JSON.parse(extractFile(archive, 'package.json').toString())).toMatchObject({
      name: 'spira-edge',
      version: '1.2.3',
      main: 'electron/dist/main.js',
    })
  })

  it('has every fuse set, in the binary itself', async () => {
    const wire = await getCurrentFuseWire(unpacked('spira-edge'))
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: DISABLE,
      [FuseV1Options.EnableCookieEncryption]: ENABLE,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: DISABLE,
      [FuseV1Options.EnableNodeCliInspectArguments]: DISABLE,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: ENABLE,
      [FuseV1Options.OnlyLoadAppFromAsar]: ENABLE,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: DISABLE,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: DISABLE,
    })
    // As Electron comes from its makers.
    const factory = await getCurrentFuseWire(join(project, 'electron-dist/electron'))
    expect(factory[FuseV1Options.RunAsNode]).toBe(ENABLE)
    expect(factory[FuseV1Options.OnlyLoadAppFromAsar]).toBe(DISABLE)
  })

  it('ships the licences and the bill of materials readable, and three languages', async () => {
    expect(await readdir(unpacked('locales'))).toEqual(['en-US.pak', 'es.pak', 'pt-BR.pak'])
    expect(await readdir(unpacked('resources'))).toEqual(
      expect.arrayContaining(['LICENSE.txt', 'THIRD-PARTY-LICENCES.md', 'app.asar', 'sbom.cdx.json']),
    )
    expect(await readdir(unpacked())).toEqual(
      expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']),
    )
  })

  it('is the same archive when packed again', async () => {
    const first = await sha256Of(unpacked('resources/app.asar'))
    await build({ projectDir: root, config: configOf(project), linux: ['dir'], publish: 'never' })
    expect(await sha256Of(unpacked('resources/app.asar'))).toBe(first)
  }, 300_000)
})

describe('the electron-builder configuration', () => {
  const schema: unknown = load('app-builder-lib/scheme.json')
  const validate = new Ajv({ strict: false, allErrors: true }).compile(schema as object)

  it.each(['required', 'none'] as const)("satisfies electron-builder's own schema, signing %s", (signing) => {
    const config = configOf('/tmp/project', signing)
    expect(validate(config), JSON.stringify(validate.errors)).toBe(true)
    expect(validate({ ...config, nsis: { ...config.nsis, perMashine: true } })).toBe(false)
  })

  it('installs per machine and silently, keeps the recordings, and signs what leaves the building', () => {
    const { nsis, win, forceCodeSigning } = configOf('/tmp/project', 'required')
    expect(nsis).toMatchObject({ oneClick: false, perMachine: true, deleteAppDataOnUninstall: false })
    expect(win).toMatchObject({ verifyUpdateCodeSignature: true, signtoolOptions: { publisherName: 'The Publisher' } })
    expect(forceCodeSigning).toBe(true)
  })

  it('asks macOS for the microphone alone, under the hardened runtime, in three languages', async () => {
    const { mac } = configOf('/tmp/project', 'required')
    expect(mac).toMatchObject({ hardenedRuntime: true, notarize: true })
    const plist = await readFile(String(mac?.entitlements), 'utf8')
    expect([...plist.matchAll(/<key>([^<]+)<\/key>/g)].map(([, key]) => key)).toEqual([
      'com.apple.security.cs.allow-jit',
      'com.apple.security.device.audio-input',
    ])
    expect(mac?.extendInfo).toMatchObject({ CFBundleLocalizations: ['en', 'pt-BR', 'es'] })
    for (const language of ['en', 'pt-BR', 'es'])
      expect(await readFile(join(packaging, `lproj/${language}.lproj/InfoPlist.strings`), 'utf8')).toMatch(
        /^"NSMicrophoneUsageDescription" = "Spira Edge|^"NSMicrophoneUsageDescription" = "O Spira Edge/,
      )
  })
})

describe('the icons', () => {
  it('hold the same PNGs that lie beside them', async () => {
    const png = (size: number): Promise<Buffer> => readFile(join(packaging, `icons/${size}x${size}.png`))
    const ico = await readFile(join(packaging, 'icons/icon.ico'))
    expect(ico.readUInt16LE(4)).toBe(7)
    const [bytes, offset] = [ico.readUInt32LE(6 + 16 * 6 + 8), ico.readUInt32LE(6 + 16 * 6 + 12)]
    expect(ico.subarray(offset, offset + bytes).equals(await png(256))).toBe(true)
    const icns = await readFile(join(packaging, 'icons/icon.icns'))
    expect(icns.toString('latin1', 0, 4)).toBe('icns')
    expect(icns.readUInt32BE(4)).toBe(icns.length)
    const at = icns.indexOf('ic10')
    expect(icns.subarray(at + 8, at + icns.readUInt32BE(at + 4)).equals(await png(1024))).toBe(true)
  })
})

describe('the bill of materials', () => {
  const text = sbomOf(root, ELECTRON)
  const sbom = JSON.parse(text) as {
    components: { name: string; version: string; purl?: string; licenses?: unknown[] }[]
  }

  it('satisfies the schema of CycloneDX 1.5', async () => {
    const folder = join(dirname(load.resolve('@cyclonedx/cyclonedx-library/package.json')), 'res/schema')
    const read = async (name: string): Promise<object> =>
      JSON.parse(await readFile(join(folder, name), 'utf8')) as object
    const validate = new Ajv({ strict: false, validateFormats: false })
      .addSchema(await read('spdx.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json')
      .addSchema(
        await read('jsf-0.82.SNAPSHOT.schema.json'),
        'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json',
      )
      .compile(await read('bom-1.5.SNAPSHOT.schema.json'))
    expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true)
    expect(validate({ ...sbom, bomFormat: 'other' })).toBe(false)
  })

  it('is the same text each time, and names Electron, the updater and what the renderer is built of', () => {
    expect(sbomOf(root, ELECTRON)).toBe(text)
    const names = sbom.components.map(({ name, version }) => `${name}@${version}`)
    expect(names).toContain(`electron@${ELECTRON}`)
    for (const name of ['electron-updater', 'react', 'onnxruntime-web', 'dexie'])
      expect(
        names.some((each) => each.startsWith(`${name}@`)),
        name,
      ).toBe(true)
    for (const name of ['vitest', 'electron-builder', 'fastify'])
      expect(
        names.some((each) => each.startsWith(`${name}@`)),
        name,
      ).toBe(false)
  })
})
