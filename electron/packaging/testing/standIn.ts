import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPackage } from '@electron/asar'

/** Marks the fuse wire in Electron's binary (electron/fuses, src/constants.ts), then version 1 and 8 fuses: `0` off, `1` on. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** As Electron ships them. */
const FACTORY = '10110001'

/**
 * Stands in for an unpacked Electron for Linux, whose binary is not on test machines: the files that packaging tools look for,
 * and a `binary` with a fuse wire between unrelated bytes. It cannot be launched.
 */
export async function makeStandIn(folder: string, version: string): Promise<void> {
  await mkdir(join(folder, 'locales'), { recursive: true })
  await mkdir(join(folder, 'resources'), { recursive: true })
  const binary = Buffer.concat([
    Buffer.from('\x7fELF'),
    Buffer.alloc(64 * 1024, 7),
    Buffer.from(SENTINEL),
    Buffer.from([1, FACTORY.length]),
    Buffer.from(FACTORY),
    Buffer.alloc(4096, 9),
  ])
  await writeFile(join(folder, 'electron'), binary)
  await chmod(join(folder, 'electron'), 0o755)
  await writeFile(join(folder, 'chrome-sandbox'), 'stand-in')
  await writeFile(join(folder, 'version'), version)
  await writeFile(join(folder, 'LICENSE'), 'stand-in')
  await writeFile(join(folder, 'LICENSES.chromium.html'), 'stand-in')
  for (const locale of ['en-US', 'pt-BR', 'es', 'de', 'fr'])
    await writeFile(join(folder, 'locales', `${locale}.pak`), locale)
  const defaultApp = join(folder, '..', 'default-app')
  await mkdir(defaultApp, { recursive: true })
  await writeFile(join(defaultApp, 'main.js'), '')
  await createPackage(defaultApp, join(folder, 'resources/default_app.asar'))
}
