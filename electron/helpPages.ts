/** Pages outside the app that a person may be sent to, in the machine's own browser: each exactly as it stands here. */
export const HELP_PAGES: readonly string[] = [
  'https://support.microsoft.com/windows/privacy',
  'https://support.apple.com/guide/mac-help/control-access-to-the-microphone-on-mac-mchla1b1e1fe/mac',
]

/** Anything else, however similar, is not opened: the operating system decides by the address which program to start. */
export const isHelpPage = (url: string): boolean => HELP_PAGES.includes(url)
