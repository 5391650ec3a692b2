import type { Menu } from 'electron'

/**
 * Electron's own menu reloads the page on Ctrl+R, in the middle of a recording too. Ours has nothing of the kind; macOS needs one
 * for copy, paste and quit to work at all.
 */
export function applyMenu(
  menu: Pick<typeof Menu, 'setApplicationMenu' | 'buildFromTemplate'>,
  platform: NodeJS.Platform,
): void {
  menu.setApplicationMenu(
    platform === 'darwin'
      ? menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  )
}
