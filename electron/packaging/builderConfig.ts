import { join } from 'node:path'
import type { Configuration } from 'electron-builder'
import { fuses } from './fuses.ts'

export interface PackingInput {
  /** Folder of electron/packaging. */
  readonly packaging: string
  /** Where stage.ts laid the app out. */
  readonly app: string
  readonly output: string
  readonly electronVersion: string
  /** Unpacked Electron of the wanted platform, or null: electron-builder downloads it. */
  readonly electronDist: string | null
  /** `required` for everything that leaves the building; `none` for a trial on one's own machine. */
  readonly signing: 'required' | 'none'
  /** Name in the publisher's Windows certificate, exactly; updates of another publisher are refused. */
  readonly publisher: string | null
}

/** What electron-builder is told, for the three platforms. Options: https://www.electron.build/configuration. */
export function builderConfig(input: PackingInput): Configuration {
  const { packaging, app, output, electronVersion, electronDist, signing, publisher } = input
  const icon = (name: string): string => join(packaging, 'icons', name)
  return {
    appId: 'org.spira.edge',
    productName: 'Spira Edge',
    copyright: 'Apache-2.0, the Spira Edge authors',
    directories: { app, output, buildResources: packaging },
    electronVersion,
    ...(electronDist === null ? {} : { electronDist }),
    // The staged folder is the app: no node_modules are collected and nothing is compiled.
    files: ['**/*', '!node_modules/**'],
    npmRebuild: false,
    nodeGypRebuild: false,
    asar: true,
    // Readable where the app is installed, without tools.
    extraResources: [
      { from: join(app, 'LICENSE'), to: 'LICENSE.txt' },
      { from: join(app, 'THIRD-PARTY-LICENCES.md'), to: 'THIRD-PARTY-LICENCES.md' },
      { from: join(app, 'sbom.cdx.json'), to: 'sbom.cdx.json' },
    ],
    electronFuses: fuses,
    electronLanguages: ['en', 'en-US', 'pt-BR', 'pt_BR', 'es'],
    forceCodeSigning: signing === 'required',
    artifactName: 'spira-edge-${version}-${os}-${arch}.${ext}',
    // Only names the feed files that the build writes; where they are asked for is the installation's training server.
    publish: [{ provider: 'generic', url: 'https://training-server.invalid/api/app-updates', channel: 'latest' }],
    win: {
      target: [{ target: 'nsis', arch: ['x64'] }],
      icon: icon('icon.ico'),
      verifyUpdateCodeSignature: true,
      signtoolOptions: {
        ...(publisher === null ? {} : { publisherName: publisher }),
        signingHashAlgorithms: ['sha256'],
      },
    },
    // Per machine and without questions: `/S` installs silently, as IT's software distribution does it.
    nsis: {
      oneClick: false,
      perMachine: true,
      allowElevation: true,
      allowToChangeInstallationDirectory: false,
      // Recordings that are not synchronised yet outlive an uninstallation.
      deleteAppDataOnUninstall: false,
      license: join(app, 'LICENSE'),
      installerLanguages: ['en_US', 'pt_BR', 'es_ES'],
      differentialPackage: false,
    },
    mac: {
      target: [
        { target: 'dmg', arch: ['x64', 'arm64'] },
        // What the updater takes; the dmg is for people.
        { target: 'zip', arch: ['x64', 'arm64'] },
      ],
      icon: icon('icon.icns'),
      category: 'public.app-category.medical',
      hardenedRuntime: true,
      gatekeeperAssess: false,
      entitlements: join(packaging, 'entitlements.mac.plist'),
      entitlementsInherit: join(packaging, 'entitlements.mac.plist'),
      notarize: signing === 'required',
      ...(signing === 'required' ? {} : { identity: null }),
      extraResources: [{ from: join(packaging, 'lproj'), to: '.' }],
      extendInfo: {
        CFBundleDevelopmentRegion: 'en',
        CFBundleLocalizations: ['en', 'pt-BR', 'es'],
        NSMicrophoneUsageDescription:
          'Spira Edge records speech for the screening. Recordings stay encrypted on this machine until your training server has them.',
      },
    },
    linux: {
      target: [
        // The Debian package is made by dpkg-deb (deb.ts): electron-builder would download a program for it.
        { target: 'AppImage', arch: ['x64'] },
      ],
      icon: join(packaging, 'icons'),
      category: 'Science',
      executableName: 'spira-edge',
      synopsis: 'Offline speech screening at the bedside',
      desktop: { entry: { StartupWMClass: 'Spira Edge' } },
    },
  }
}
