import { SyncError } from '@spira/shared/protocol/syncError.ts'

/**
 * The origin a person means by what they typed or pasted: `spira.example.org`, `https://spira.example.org/bedside/`,
 * `localhost:8080`. Without a scheme it is https, or http for this very machine.
 *
 * @throws SyncError `server_address_invalid`; `server_address_insecure` for plain http to another machine.
 */
export function serverOrigin(typed: string): string {
  const text = typed.trim()
  const url = URL.parse(
    text.includes('://') ? text : `${isLoopback(URL.parse(`http://${text}`)) ? 'http' : 'https'}://${text}`,
  )
  if (url === null || url.hostname === '' || url.username !== '') throw new SyncError('server_address_invalid')
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return url.origin
  throw new SyncError(url.protocol === 'http:' ? 'server_address_insecure' : 'server_address_invalid')
}

/** Never leaves the machine, so nobody can read along (W3C Secure Contexts, section 3.1). */
const isLoopback = (url: URL | null): boolean =>
  url !== null &&
  (/^127(\.\d+){3}$/.test(url.hostname) ||
    ['localhost', '[::1]'].includes(url.hostname) ||
    url.hostname.endsWith('.localhost'))
