import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface DebInput {
  /** The packed app for Linux (electron-builder's `linux-unpacked`). */
  readonly unpacked: string
  /** Folder of `<size>x<size>.png`. */
  readonly icons: string
  /** Scratch, emptied by the caller; the package is written beside it. */
  readonly folder: string
  readonly version: string
  /** Who builds and answers for this package: `Name <address>`. */
  readonly maintainer: string
  /** Seconds since 1970: no file in the package is newer, so that the same app gives the same package. */
  readonly sourceDateEpoch: number
}

const NAME = 'spira-edge'
const HOME = `opt/${NAME}`
/** electron-builder's list for Electron, by the names of Debian 13 and, after the bar, of Debian 12. */
const DEPENDS = [
  'libgtk-3-0t64 | libgtk-3-0',
  'libnss3',
  'libasound2t64 | libasound2',
  'libgbm1',
  'libatspi2.0-0t64 | libatspi2.0-0',
  'libnotify4',
  'libxss1',
  'libxtst6',
  'libuuid1',
  'libsecret-1-0',
  'xdg-utils',
]

/**
 * A Debian package of the packed app, by dpkg-deb itself: electron-builder would download a program for it, which hospitals block.
 * No scripts run at installation. The app lies in /opt; recordings lie in the user's own profile and outlive its removal.
 *
 * @returns the path of the package. @throws what dpkg-deb says.
 */
export async function makeDeb(input: DebInput): Promise<string> {
  const { unpacked, icons, folder, version, sourceDateEpoch } = input
  const home = join(folder, HOME)
  await mkdir(dirname(home), { recursive: true })
  await cp(unpacked, home, { recursive: true, verbatimSymlinks: true })
  // Says to the app that apt updates it, and not itself.
  await writeFile(join(home, 'resources/package-type'), 'deb')
  await put(folder, `usr/share/applications/${NAME}.desktop`, DESKTOP_ENTRY)
  await put(folder, `usr/share/doc/${NAME}/copyright`, COPYRIGHT)
  for (const name of await readdir(icons))
    if (name.endsWith('.png'))
      await put(
        folder,
        `usr/share/icons/hicolor/${name.slice(0, -4)}/apps/${NAME}.png`,
        await readFile(join(icons, name)),
      )
  await mkdir(join(folder, 'usr/bin'))
  await symlink(`/${HOME}/${NAME}`, join(folder, `usr/bin/${NAME}`))

  const files = await settleModes(folder)
  // Chromium's sandbox where the kernel forbids user namespaces to ordinary users.
  await chmod(join(home, 'chrome-sandbox'), 0o4755)
  await put(folder, 'DEBIAN/control', controlOf(input, files))
  await put(folder, 'DEBIAN/md5sums', files.map(({ path, md5 }) => `${md5}  ${path}\n`).join(''))
  const made = join(folder, '..', `${NAME}_${debianVersion(version)}_amd64.deb`)
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', folder, made], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(sourceDateEpoch) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return made
}

/** `1.5.0-beta.1` comes before 1.5.0, which Debian writes with a tilde. */
const debianVersion = (version: string): string => version.replace('-', '~')

async function put(folder: string, path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), content)
}

interface PackedFile {
  readonly path: string
  readonly bytes: number
  readonly md5: string
}

/** Modes as Debian wants them, whatever the umask of this machine is. */
async function settleModes(folder: string): Promise<readonly PackedFile[]> {
  const files: PackedFile[] = []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  await chmod(folder, 0o755)
  for (const entry of entries) {
    const full = join(entry.parentPath, entry.name)
    if (entry.isSymbolicLink()) continue
    if (entry.isDirectory()) {
      await chmod(full, 0o755)
      continue
    }
    const { mode, size } = await lstat(full)
    await chmod(full, (mode & 0o111) === 0 ? 0o644 : 0o755)
    const md5 = createHash('md5')
      .update(await readFile(full))
      .digest('hex')
    files.push({ path: full.slice(folder.length + 1), bytes: size, md5 })
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

const controlOf = ({ version, maintainer }: DebInput, files: readonly PackedFile[]): string => `Package: ${NAME}
Version: ${debianVersion(version)}
Architecture: amd64
Maintainer: ${maintainer}
Installed-Size: ${Math.ceil(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1024)}
Depends: ${DEPENDS.join(', ')}
Recommends: gnome-keyring | kwalletmanager
Section: science
Priority: optional
Description: offline speech screening at the bedside
 Records speech at the bedside, estimates on this machine how likely
 respiratory insufficiency is, and sends labelled recordings to the training
 server of the hospital when there is a network. It helps the professional; it
 is not a diagnosis.
`

const DESKTOP_ENTRY = `[Desktop Entry]
Type=Application
Name=Spira Edge
Comment=Offline speech screening at the bedside
Comment[pt_BR]=Triagem de fala à beira do leito, sem rede
Comment[es]=Cribado del habla junto a la cama, sin red
Exec=/${HOME}/${NAME}
Icon=${NAME}
Terminal=false
Categories=Science;MedicalSoftware;
StartupWMClass=Spira Edge
`

const COPYRIGHT = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Spira Edge
Comment: The licences of what the app is built of lie beside it, in
 /${HOME}/resources/THIRD-PARTY-LICENCES.md, of Electron and Chromium in
 /${HOME}/LICENSE.electron.txt and /${HOME}/LICENSES.chromium.html.

Files: *
Copyright: 2026 the Spira Edge authors
License: Apache-2.0
 On Debian systems the text of the Apache License 2.0 is in
 /usr/share/common-licenses/Apache-2.0.
`
