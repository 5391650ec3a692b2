import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { pack } from '../electron/packaging/pack.ts'
import { buildIfStale } from './build.ts'

/** `npm run -s shell:pack -- --target linux|deb|win|mac`: the installers of the desktop app, in electron/packaging/dist/out. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({
  options: {
    target: {
      type: 'string',
      default: { linux: 'linux', win32: 'win', darwin: 'mac' }[process.platform as string] ?? '',
    },
    /** For a trial on one's own machine: no code signature, no notarisation. */
    unsigned: { type: 'boolean', default: false },
    /** Public key (PEM) that app updates must be signed with; without it the build never updates itself. */
    'update-key': { type: 'string' },
    /** Name in the publisher's Windows certificate. */
    publisher: { type: 'string' },
    /** Who answers for a Debian package: `Name <address>`. */
    maintainer: { type: 'string' },
    /** Folder of an unpacked Electron, where it cannot be downloaded. */
    'electron-dist': { type: 'string' },
  },
})

const targets = ['win', 'mac', 'linux', 'deb', 'dir'] as const
const target = targets.find((each) => each === values.target)
const updateKey = values['update-key']
try {
  if (target === undefined) throw new Error(`--target is one of ${targets.join(', ')}.`)
  if (target === 'win' && !values.unsigned && values.publisher === undefined)
    throw new Error(
      'A signed Windows build needs --publisher, the name in its certificate: updates are checked against it.',
    )
  for (const workspace of ['renderer', 'electron']) buildIfStale(root, workspace)
  const { artifacts, files, out } = await pack({
    root,
    folder: join(root, 'electron/packaging/dist'),
    target,
    maintainer: values.maintainer ?? null,
    electronDist: values['electron-dist'] ?? null,
    signing: values.unsigned || !['win', 'mac'].includes(target) ? 'none' : 'required',
    publisher: values.publisher ?? null,
    updateKey: updateKey === undefined ? null : readFileSync(updateKey, 'utf8'),
  })
  console.log(`${files.length} files packed into ${out}`)
  for (const path of artifacts) console.log(`  ${path}`)
  if (updateKey === undefined)
    console.log('No --update-key: this build never updates itself; IT installs new versions.')
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
