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

/** The code in the address the app was opened with, `…/bedside/#enrol=XXXX-XXXX`; the server is then the page's own origin. */
export function enrolmentFromHash(hash: string): string | null {
  const code = new URLSearchParams(hash.replace(/^#/, '')).get('enrol')
  return code === null ? null : enrolmentCode(code)
}
