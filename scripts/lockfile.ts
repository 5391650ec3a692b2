import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/**
 * `npm run lockfile`, after every `npm install PACKAGE`: completes package-lock.json with the packages of other platforms.
 *
 * npm leaves a platform's package out of the lockfile when the registry it asked does not have it (a mirror that carries one
 * platform only), and `npm ci` then refuses the whole lockfile, on every platform: "Missing: @oxfmt/binding-darwin-arm64".
 * The entries added here have no integrity; npm fills that in where such a package is installed.
 */
const entrySchema = z.looseObject({
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
})
const lockfileSchema = z.looseObject({ packages: z.record(z.string(), entrySchema) })
export type Lockfile = z.infer<typeof lockfileSchema>

const PLATFORM =
  /(?<os>darwin|win32|linux|android|freebsd|openharmony|openbsd)-(?<cpu>[a-z0-9]+)(?:-(?<libc>gnu|musl|msvc|gnueabihf|musleabihf|eabi))?$/

/** Paths of the entries that an exactly pinned optional dependency asks for and the lockfile lacks. */
export function missingOptionals({ packages }: Lockfile): readonly { at: string; version: string; dev: boolean }[] {
  return Object.entries(packages).flatMap(([path, { dev, optionalDependencies }]) =>
    Object.entries(optionalDependencies ?? {})
      .filter(([name]) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages))
      .map(([name, version]) => ({ at: `node_modules/${name}`, version, dev: dev === true })),
  )
}

/** The lockfile with an entry for each of them. @throws when one's platform cannot be read from its name. */
export function complete(lockfile: Lockfile): Lockfile {
  const added = missingOptionals(lockfile).map(({ at, version, dev }) => {
    const { os, cpu, libc } = PLATFORM.exec(at)?.groups ?? {}
    if (os === undefined || cpu === undefined || !/^\d/.test(version))
      throw new Error(`package-lock.json lacks ${at} (${version}), and its platform cannot be told from its name.`)
    const family = os !== 'linux' || libc === undefined ? {} : { libc: [libc.startsWith('gnu') ? 'glibc' : 'musl'] }
    return [at, { version, cpu: [cpu], ...(dev ? { dev } : {}), ...family, optional: true, os: [os] }] as const
  })
  const packages = Object.fromEntries(
    [...Object.entries(lockfile.packages), ...added].sort(([a], [b]) => a.localeCompare(b, 'en')),
  )
  return { ...lockfile, packages }
}

/** @throws when `text` is no lockfile. */
export function parseLockfile(text: string): Lockfile {
  const lockfile: unknown = JSON.parse(text)
  lockfileSchema.parse(lockfile)
  // As npm wrote it: what the schema gives back has its own order of fields.
  return lockfile as Lockfile
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json')
  const lockfile = parseLockfile(readFileSync(file, 'utf8'))
  console.log(`${missingOptionals(lockfile).length} packages of other platforms added to package-lock.json`)
  writeFileSync(file, `${JSON.stringify(complete(lockfile), null, 2)}\n`)
}
