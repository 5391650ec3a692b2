export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/**
 * Canonical JSON: object keys sorted by code unit, no white space, `undefined` members left out. What is hashed or signed
 * on one side is serialised with this on the other, so key order and spacing never break a signature. Numbers follow
 * ECMAScript's shortest form, as RFC 8785 (JCS) asks.
 *
 * @throws RangeError on NaN or an infinity, which JSON cannot carry.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('JSON has no NaN and no infinity')
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}

const isArray: (value: Json) => value is readonly Json[] = Array.isArray
