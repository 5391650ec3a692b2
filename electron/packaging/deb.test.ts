import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDeb } from './deb.ts'
import { makeStandIn } from './testing/standIn.ts'

const hasTool = (path: string): boolean => existsSync(path)
const dpkg = (...args: readonly string[]): string => execFileSync('dpkg-deb', args, { encoding: 'utf8' })

const hash = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

/** Made by dpkg-deb and read back by it, of a stand-in for the packed app. */
describe.skipIf(!hasTool('/usr/bin/dpkg-deb'))('the Debian package', () => {
  let scratch: string
  let made: string

  async function packed(name: string): Promise<string> {
    const unpacked = join(scratch, `${name}-unpacked`)
    await makeStandIn(unpacked, '45.4.1')
    await writeFile(join(unpacked, 'spira-edge'), await readFile(join(unpacked, 'electron')), { mode: 0o700 })
    await writeFile(join(unpacked, 'resources/app.asar'), 'app', { mode: 0o600 })
    await mkdir(join(scratch, name))
    return makeDeb({
      unpacked,
      icons: join(import.meta.dirname, 'icons'),
      folder: join(scratch, name, 'tree'),
      version: '1.5.0-beta.1',
      maintainer: 'Clinic IT <it@hospital.example>',
      sourceDateEpoch: 1_750_000_000,
    })
  }
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'spira-deb-'))
    made = await packed('first')
  }, 120_000)
  afterAll(() => rm(scratch, { recursive: true, force: true }))

  it('says what it is, who built it and what it needs', () => {
    expect(made).toMatch(/spira-edge_1\.5\.0~beta\.1_amd64\.deb$/)
    const field = (name: string): string => dpkg('-f', made, name).trim()
    expect(field('Package')).toBe('spira-edge')
    expect(field('Version')).toBe('1.5.0~beta.1')
    expect(field('Maintainer')).toBe('Clinic IT <it@hospital.example>')
    expect(field('Depends')).toContain('libsecret-1-0')
    expect(Number(field('Installed-Size'))).toBeGreaterThan(64)
    expect(execFileSync('dpkg', ['--compare-versions', field('Version'), 'lt', '1.5.0'])).toBeDefined()
  })

  it('holds the app in /opt, a command, a menu entry and icons; owned by root, modes of its own, no scripts', () => {
    const lines = dpkg('-c', made).trim().split('\n')
    const entries = new Map(lines.map((line) => [line.split(' ./')[1] ?? '', line]))
    expect(lines.every((line) => line.includes('root/root'))).toBe(true)
    const mode = (path: string): string | undefined => entries.get(path)?.slice(0, 10)
    expect(mode('opt/spira-edge/spira-edge')).toBe('-rwxr-xr-x')
    expect(mode('opt/spira-edge/chrome-sandbox')).toBe('-rwsr-xr-x')
    expect(mode('opt/spira-edge/resources/app.asar')).toBe('-rw-r--r--')
    expect(mode('opt/spira-edge/resources/package-type')).toBe('-rw-r--r--')
    expect(mode('usr/share/applications/spira-edge.desktop')).toBe('-rw-r--r--')
    expect(mode('usr/share/icons/hicolor/256x256/apps/spira-edge.png')).toBe('-rw-r--r--')
    expect([...entries.keys()].find((path) => path.startsWith('usr/bin/'))).toBeDefined()
    expect([...entries.keys()].find((path) => path.includes('spira-edge -> '))).toBe(
      'usr/bin/spira-edge -> /opt/spira-edge/spira-edge',
    )
    expect([...entries.keys()].filter((path) => !/^(|opt\/.*|usr\/(|bin\/.*|share\/.*))$/.test(path))).toEqual([])
    // Nothing runs as root at installation.
    expect(dpkg('--ctrl-tarfile', made)).not.toMatch(/postinst|preinst|prerm|postrm/)
  })

  it('installs what its sums say, unchanged', async () => {
    const root = join(scratch, 'root')
    execFileSync('dpkg-deb', ['-R', made, root])
    const sums = (await readFile(join(root, 'DEBIAN/md5sums'), 'utf8')).trim().split('\n')
    expect(sums.length).toBeGreaterThan(15)
    for (const line of sums) {
      const [md5, path = ''] = line.split('  ')
      expect(
        createHash('md5')
          .update(await readFile(join(root, path)))
          .digest('hex'),
        path,
      ).toBe(md5)
    }
    expect(await readFile(join(root, 'opt/spira-edge/resources/package-type'), 'utf8')).toBe('deb')
  })

  it('is the same file, byte for byte, from the same app', async () => {
    expect(await hash(await packed('second'))).toBe(await hash(made))
  })

  it.skipIf(!hasTool('/usr/bin/lintian'))('is faulted by lintian only for what is meant, and for the stand-in', () => {
    const { stdout } = spawnSync('lintian', ['--allow-root', made], { encoding: 'utf8' })
    const tags = new Set([...stdout.matchAll(/^[EW]: spira-edge: (\S+)/gm)].map(([, tag = '']) => tag))
    // The app lies in /opt, as software of others does there; Chromium's sandbox is setuid.
    const meant = new Set(['dir-or-file-in-opt', 'elevated-privileges', 'no-changelog', 'no-manual-page'])
    const ofTheStandIn = new Set(['binary-from-other-architecture', 'elf-error', 'executable-not-elf-or-script'])
    expect(tags).toContain('dir-or-file-in-opt')
    expect([...tags].filter((tag) => !meant.has(tag) && !ofTheStandIn.has(tag))).toEqual([])
  })

  it.skipIf(!hasTool('/usr/bin/desktop-file-validate'))('has a menu entry that desktops accept', () => {
    execFileSync('dpkg-deb', ['-R', made, join(scratch, 'entry')])
    execFileSync('desktop-file-validate', [join(scratch, 'entry/usr/share/applications/spira-edge.desktop')])
  })
})
