/**
 * The operating system's own page with the switch for the microphone: the only addresses the shell ever has the system open, each
 * exactly as it stands here. Windows: learn.microsoft.com, "Launch Windows Settings". macOS: the pane of System Settings that
 * Electron apps open after a refusal. Linux desktops have no such switch.
 */
const PAGES: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'ms-settings:privacy-microphone',
  darwin: 'x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone',
}

/** @returns null where the operating system has no such page. */
export const microphoneSettingsOf = (platform: NodeJS.Platform): string | null => PAGES[platform] ?? null
