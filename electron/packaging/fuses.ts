import type { FuseOptionsV1 } from 'app-builder-lib'

/**
 * Electron's fuses, flipped in the binary before it is signed (https://www.electronjs.org/docs/latest/tutorial/fuses).
 * What the app never needs is off for good, whatever the command line or the environment say.
 */
export const fuses = {
  // ELECTRON_RUN_AS_NODE would turn the signed app into a Node that anyone can run.
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableCookieEncryption: true,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  // The app is served from app://; file:// pages get nothing.
  grantFileProtocolExtraPrivileges: false,
  resetAdHocDarwinSignature: true,
} as const satisfies Required<FuseOptionsV1>
