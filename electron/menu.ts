import type { Menu, MenuItemConstructorOptions } from 'electron'
import { type ShellLanguage, shellText } from './languages/shellText.ts'

export interface MenuChoices {
  readonly platform: NodeJS.Platform
  readonly kiosk: boolean
  readonly language: ShellLanguage
  /** Also there when the page is not: a menu needs no page. */
  readonly saveDiagnostics: () => void
}

/**
 * Electron's own menu reloads the page on Ctrl+R, in the middle of a recording too. Ours has nothing of the kind: the diagnostics,
 * and on macOS what copy, paste and quit need to work at all. A kiosk has no diagnostics in it.
 */
export function applyMenu(
  menu: Pick<typeof Menu, 'setApplicationMenu' | 'buildFromTemplate'>,
  { platform, kiosk, language, saveDiagnostics }: MenuChoices,
): void {
  const help: MenuItemConstructorOptions = {
    label: shellText(language, 'menu-help'),
    submenu: [{ label: shellText(language, 'menu-diagnostics'), click: saveDiagnostics }],
  }
  const standard: MenuItemConstructorOptions[] =
    platform === 'darwin' ? [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }] : []
  const items = [...standard, ...(kiosk ? [] : [help])]
  menu.setApplicationMenu(items.length === 0 ? null : menu.buildFromTemplate(items))
}
