import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type CliOptions } from 'electron-builder'
import { z } from 'zod'
import { builderConfig, type PackingInput } from './builderConfig.ts'
import { makeDeb } from './deb.ts'
import { sbomOf } from './sbom.ts'
import { type ShippedFile, stageApp } from './stage.ts'

export interface PackRequest extends Pick<PackingInput, 'electronDist' | 'signing' | 'publisher'> {
  readonly root: string
  /** Scratch and result: the staged app in `app`, what electron-builder makes in `out`. */
  readonly folder: string
  readonly updateKey: string | null
  /** Which platforms' installers; `dir`: the app's folder for Linux, without an installer. */
  readonly target: 'win' | 'mac' | 'linux' | 'deb' | 'dir'
  /** Who builds and answers for a Debian package: `Name <address>`; needed for `deb` alone. */
  readonly maintainer: string | null
}

export interface Packed {
  readonly files: readonly ShippedFile[]
  /** Paths of what was made. */
  readonly artifacts: readonly string[]
  readonly out: string
}

/** Stages the built app and has electron-builder pack it. @throws when a build is missing, or with electron-builder's reason. */
export async function pack(request: PackRequest): Promise<Packed> {
  const { root, folder, target, maintainer, updateKey, ...rest } = request
  const electronVersion = electronVersionIn(root)
  const app = join(folder, 'app')
  const out = join(folder, 'out')
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  const files = await stageApp({ root, folder: app, version, sbom: sbomOf(root, electronVersion), updateKey })
  const config = builderConfig({
    packaging: join(root, 'electron/packaging'),
    app,
    output: out,
    electronVersion,
    ...rest,
  })
  const options: CliOptions = { projectDir: root, config, publish: 'never' }
  const unpackedOnly = target === 'dir' || target === 'deb'
  const artifacts = await build({ ...options, ...(unpackedOnly ? { linux: ['dir'] } : { [target]: [] }) })
  if (target !== 'deb') return { files, artifacts, out }
  if (maintainer === null) throw new Error('A Debian package names who answers for it: --maintainer "Name <address>".')
  const tree = join(folder, 'deb')
  await rm(tree, { recursive: true, force: true })
  const deb = await makeDeb({
    unpacked: join(out, 'linux-unpacked'),
    icons: join(root, 'electron/packaging/icons'),
    folder: tree,
    version,
    maintainer,
    sourceDateEpoch: Number(process.env['SOURCE_DATE_EPOCH'] ?? Math.floor(Date.now() / 1000)),
  })
  await rm(tree, { recursive: true })
  return { files, artifacts: [deb], out }
}

/** The Electron that package-lock.json pins. */
export function electronVersionIn(root: string): string {
  const path = createRequire(join(root, 'electron/package.json')).resolve('electron/package.json')
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path, 'utf8'))).version
}
