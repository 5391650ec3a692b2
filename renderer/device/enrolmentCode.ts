import { serverOrigin } from './serverAddress.ts'

/** One-time code of eight Crockford base 32 characters, shown as XXXX-XXXX (https://www.crockford.com/base32.html). */
const CODE = /^[0-9A-HJKMNP-TV-Z]{8}$/

/**
 * The code a person meant: case, spaces and hyphens do not count, the letters O, I and L are the digits they look like.
 *
 * @returns null for what cannot be a code.
 */
export function enrolmentCode(typed: string): string | null {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return CODE.test(code) ? `${code.slice(0, 4)}-${code.slice(4)}` : null
}

/** The longest name of a device. */
export const MAX_NAME = 60

/** What the address the app was opened with says: `…/bedside/#enrol=XXXX-XXXX&server=https://…&site=Ward 3`. */
export interface AddressedEnrolment {
  readonly code: string | null
  /** Origin of the training server, or null: then it is the page's own. */
  readonly server: string | null
  /** What IT calls the place, as a beginning of the device's name; null: the person names the device. */
  readonly site: string | null
}

export function enrolmentFromHash(hash: string): AddressedEnrolment {
  const fragment = new URLSearchParams(hash.replace(/^#/, ''))
  const code = fragment.get('enrol')
  const server = fragment.get('server')
  const site = fragment.get('site')?.trim().slice(0, MAX_NAME) ?? ''
  return {
    code: code === null ? null : enrolmentCode(code),
    server: server === null ? null : originOrNull(server),
    site: site === '' ? null : site,
  }
}

function originOrNull(server: string): string | null {
  try {
    return serverOrigin(server)
  } catch {
    return null
  }
}

/**
 * Whether the address alone may enrol this device, without a person pressing a button: the shell's address comes from IT's command
 * line, a web page's from whoever made the link, who must not be able to send a device to a server of their own.
 */
export const enrolsByItself = (
  { code, server }: Pick<AddressedEnrolment, 'code' | 'server'>,
  page: { protocol: string; origin: string },
): boolean =>
  code !== null && (page.protocol.startsWith('http') ? server === null || server === page.origin : server !== null)
