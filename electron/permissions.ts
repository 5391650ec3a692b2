import { APP_ORIGIN } from './appProtocol.ts'

/** What Electron tells about a permission request; `mediaTypes` only for `media`. */
export interface PermissionQuestion {
  readonly permission: string
  readonly requestingUrl: string
  readonly mediaTypes: readonly string[]
}

/** The microphone, for the app's own pages, and the storage it must keep; nothing else, to nobody else. */
export function isAllowed({ permission, requestingUrl, mediaTypes }: PermissionQuestion): boolean {
  if (!isAppUrl(requestingUrl)) return false
  if (permission === 'media') return mediaTypes.length > 0 && mediaTypes.every((type) => type === 'audio')
  return permission === 'persistent-storage'
}

/** Only pages of the app may be shown in its window. */
export const isAppUrl = (url: string): boolean => url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`)
