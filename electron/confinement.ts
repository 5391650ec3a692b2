import type { WebContents } from 'electron'
import { isHelpPage } from './helpPages.ts'
import { isAppUrl } from './permissions.ts'

/** No page leaves the app, opens a window or embeds another page. A help page is opened by the machine's own browser. */
export function confine(
  contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>,
  openExternal: (url: string) => void,
): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (isHelpPage(url)) openExternal(url)
    return { action: 'deny' }
  })
  contents.on('will-navigate', stayInside)
  contents.on('will-redirect', stayInside)
  contents.on('will-frame-navigate', stayInside)
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

function stayInside(event: { readonly url: string; preventDefault(): void }): void {
  if (!isAppUrl(event.url)) event.preventDefault()
}
